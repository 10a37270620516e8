package orders

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
)

var shared *daemon

func TestMain(m *testing.M) {
	started, err := startDaemon()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = started
	status := m.Run()
	shared.close()
	os.Exit(status)
}

// fresh puts the daemon back to its start, with a clock that stands still.
func fresh(t *testing.T) Querator {
	t.Helper()
	shared.post(t, "reset", object{}, nil)
	shared.post(t, "clock/freeze", object{}, nil)
	return Querator{URL: shared.url}
}

func produce(t *testing.T, querator Querator, reference string) {
	t.Helper()
	items := []object{{"reference": reference, "utf8": `{"id": 1}`}}
	request := object{"queue_name": "orders", "request_timeout": "5s", "items": items}
	if err := querator.Call("queue.produce", request, nil); err != nil {
		t.Fatal(err)
	}
}

func history(t *testing.T, reference string) string {
	t.Helper()
	var reply struct{ Events []event }
	shared.get(t, "history", url.Values{"queue": {"orders"}, "reference": {reference}}, &reply)
	return kindsOf(reply.Events)
}

func advance(t *testing.T, by string) []event {
	t.Helper()
	var reply struct{ Fired []event }
	shared.post(t, "clock/advance", object{"by": by}, &reply)
	return reply.Fired
}

func TestAnOrderIsShipped(t *testing.T) {
	querator := fresh(t)
	produce(t, querator, "order-1")
	var shipped []Order
	reference, err := WorkOnce(querator, "worker", func(order Order) error {
		shipped = append(shipped, order)
		return nil
	})
	if err != nil || reference != "order-1" || len(shipped) != 1 || shipped[0].ID != 1 {
		t.Fatal(reference, err, shipped)
	}
	if got := history(t, "order-1"); got != "produced leased completed" {
		t.Fatal(got)
	}
}

func TestAnOrderOfAWorkerThatDiedGoesToTheNextOne(t *testing.T) {
	querator := fresh(t)
	produce(t, querator, "order-1")
	ask := object{"queue_name": "orders", "client_id": "dead", "batch_size": 1, "request_timeout": "5s"}
	if err := querator.Call("queue.lease", ask, nil); err != nil {
		t.Fatal(err)
	}
	fired := advance(t, "61s")
	if len(fired) != 1 || fired[0] != (event{Kind: "lease-expired", Reference: "order-1"}) {
		t.Fatal(fired)
	}
	reference, err := WorkOnce(querator, "worker", func(Order) error { return nil })
	if err != nil || reference != "order-1" {
		t.Fatal(reference, err)
	}
	if got := history(t, "order-1"); got != "produced leased lease-expired leased completed" {
		t.Fatal(got)
	}
}

func TestAnOrderIsShippedOnceEvenIfTheReplyToCompleteIsLost(t *testing.T) {
	querator := fresh(t)
	produce(t, querator, "order-1")
	shared.post(t, "faults", object{"call": "queue.complete", "do": "lose-reply", "times": 1}, nil)
	shipped := 0
	reference, err := WorkOnce(querator, "worker", func(Order) error {
		shipped++
		return nil
	})
	if err != nil || reference != "order-1" || shipped != 1 {
		t.Fatal(reference, err, shipped)
	}
	var reply struct {
		Faults []struct {
			Fired   int
			Nearest []string
		}
	}
	shared.get(t, "faults", nil, &reply)
	if len(reply.Faults) != 1 || reply.Faults[0].Fired != 1 {
		t.Fatal(reply.Faults)
	}
}

func TestAWorkerThatIsTooSlowDoesNotCountTheOrderAsDone(t *testing.T) {
	querator := fresh(t)
	produce(t, querator, "order-1")
	reference, err := WorkOnce(querator, "slow", func(Order) error {
		advance(t, "61s")
		return nil
	})
	if err != nil || reference != "" {
		t.Fatal(reference, err)
	}
	var explained struct{ Text string }
	shared.get(t, "explain", url.Values{"queue": {"orders"}}, &explained)
	if !strings.Contains(explained.Text, "1 item free") {
		t.Fatal(explained.Text)
	}
}
