"""A consumer of the queue 'orders'. It ships each order, and then completes it."""

import base64
import json
import urllib.error
import urllib.request


class Querator:
    """Calls a Querator over HTTP."""

    def __init__(self, url):
        self.url = url

    def call(self, name, **fields):
        """Returns the reply of a call. Raises QueratorError if it is refused."""
        body = json.dumps(fields).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/v1/{name}", body, headers)
        try:
            with urllib.request.urlopen(request) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                raise QueratorError(error.code, json.load(error)["message"]) from None


class QueratorError(Exception):
    """A call that was refused."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def work_once(querator, client_id, ship):
    """Leases one order, ships it and completes it. Returns its reference, or None if the lease ran out meanwhile."""
    lease = querator.call(
        "queue.lease", queue_name="orders", client_id=client_id, batch_size=1, request_timeout="5s"
    )
    [item] = lease["items"]
    ship(json.loads(base64.b64decode(item["bytes"])))
    if not complete(querator, lease.get("partition", 0), item["id"]):
        return None
    return item["reference"]


def complete(querator, partition, item_id):
    """Completes an item. Returns whether it was completed. If the connection breaks, it asks once more."""
    fields = {"queue_name": "orders", "request_timeout": "5s", "partition": partition, "ids": [item_id]}
    for is_second in (False, True):
        try:
            querator.call("queue.complete", **fields)
            return True
        except QueratorError as error:
            if error.code != 400:
                raise
            # An item that is gone at the second try was completed by the first: only its reply was lost.
            return is_second
        except OSError:
            if is_second:
                raise
