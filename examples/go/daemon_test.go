package orders

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// daemon is a querator with a control plane.
type daemon struct {
	url     string
	command *exec.Cmd
}

var listening = regexp.MustCompile(`listening on (http://\S+)`)

func startDaemon() (*daemon, error) {
	command := exec.Command("npx", "querator", "--config", "test-config.yaml", "--test-control")
	command.Stderr = os.Stderr
	// A group of its own, so that npx, its shell and the daemon get the signal.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	started := &daemon{command: command}
	line, err := bufio.NewReader(out).ReadString('\n')
	found := listening.FindStringSubmatch(line)
	if found == nil {
		started.close()
		return nil, fmt.Errorf("querator did not start: %s %v", line, err)
	}
	started.url = found[1]
	return started, nil
}

func (d *daemon) close() {
	_ = syscall.Kill(-d.command.Process.Pid, syscall.SIGTERM)
	_ = d.command.Wait()
}

// post changes something over the control plane.
func (d *daemon) post(t *testing.T, path string, request, reply any) {
	t.Helper()
	if err := post(d.url+"/test/"+path, request, reply); err != nil {
		t.Fatal(err)
	}
}

// get reads from the control plane.
func (d *daemon) get(t *testing.T, path string, query url.Values, reply any) {
	t.Helper()
	response, err := http.Get(d.url + "/test/" + path + "?" + query.Encode())
	if err == nil {
		err = read(response, reply)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type event struct {
	Kind      string `json:"kind"`
	Reference string `json:"reference"`
}

func kindsOf(events []event) string {
	kinds := make([]string, len(events))
	for i, one := range events {
		kinds[i] = one.Kind
	}
	return strings.Join(kinds, " ")
}
