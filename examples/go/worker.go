// Package orders has a consumer of the queue 'orders'. It ships each order, and then completes it.
package orders

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Querator calls a Querator over HTTP.
type Querator struct {
	URL string
}

// Refused is the error of a call that the server refused.
type Refused struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (r *Refused) Error() string { return fmt.Sprintf("%d: %s", r.Code, r.Message) }

// Call sends a call, and reads its reply into reply, unless that is nil.
func (q Querator) Call(name string, request, reply any) error {
	return post(q.URL+"/v1/"+name, request, reply)
}

func post(url string, request, reply any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	return read(response, reply)
}

func read(response *http.Response, reply any) error {
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	if response.StatusCode != http.StatusOK {
		refused := &Refused{Code: response.StatusCode}
		if err := decoder.Decode(refused); err != nil {
			return err
		}
		return refused
	}
	if reply == nil {
		return nil
	}
	return decoder.Decode(reply)
}

// Order is what the queue holds.
type Order struct {
	ID int `json:"id"`
}

type object = map[string]any

// WorkOnce leases one order, ships it and completes it. It returns its reference, or an empty text if the lease ran out meanwhile.
func WorkOnce(querator Querator, clientID string, ship func(Order) error) (string, error) {
	var lease struct {
		Partition int `json:"partition"`
		Items     []struct {
			ID        string `json:"id"`
			Reference string `json:"reference"`
			Bytes     []byte `json:"bytes"`
		} `json:"items"`
	}
	ask := object{"queue_name": "orders", "client_id": clientID, "batch_size": 1, "request_timeout": "5s"}
	if err := querator.Call("queue.lease", ask, &lease); err != nil {
		return "", err
	}
	item := lease.Items[0]
	var order Order
	if err := json.Unmarshal(item.Bytes, &order); err != nil {
		return "", err
	}
	if err := ship(order); err != nil {
		return "", err
	}
	isDone, err := complete(querator, lease.Partition, item.ID)
	if err != nil || !isDone {
		return "", err
	}
	return item.Reference, nil
}

// complete completes an item, and returns whether it was completed. If the connection breaks, it asks once more.
func complete(querator Querator, partition int, id string) (bool, error) {
	done := object{"queue_name": "orders", "request_timeout": "5s", "partition": partition, "ids": []string{id}}
	err := querator.Call("queue.complete", done, nil)
	var refused *Refused
	isSecond := err != nil && !errors.As(err, &refused)
	if isSecond {
		err = querator.Call("queue.complete", done, nil)
	}
	if errors.As(err, &refused) && refused.Code == http.StatusBadRequest {
		// An item that is gone at the second try was completed by the first: only its reply was lost.
		return isSecond, nil
	}
	return err == nil, err
}
