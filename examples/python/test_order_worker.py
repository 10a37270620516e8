"""Tests of the order worker, on a clock that they move."""

import unittest

from daemon import Daemon
from order_worker import Querator, work_once


class OrderWorkerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.close)

    def setUp(self):
        self.daemon.post("reset")
        self.daemon.post("clock/freeze")
        self.querator = Querator(self.daemon.url)
        self.shipped = []

    def produce(self, reference):
        items = [{"reference": reference, "utf8": '{"id": 1}'}]
        self.querator.call("queue.produce", queue_name="orders", request_timeout="5s", items=items)

    def kinds(self, reference):
        events = self.daemon.get("history", queue="orders", reference=reference)["events"]
        return [event["kind"] for event in events]

    def test_an_order_is_shipped(self):
        self.produce("order-1")
        self.assertEqual(work_once(self.querator, "worker", self.shipped.append), "order-1")
        self.assertEqual(self.shipped, [{"id": 1}])
        self.assertEqual(self.kinds("order-1"), ["produced", "leased", "completed"])

    def test_an_order_of_a_worker_that_died_goes_to_the_next_one(self):
        self.produce("order-1")
        self.querator.call("queue.lease", queue_name="orders", client_id="dead", batch_size=1, request_timeout="5s")
        fired = self.daemon.post("clock/advance", by="61s")["fired"]
        self.assertEqual([(one["kind"], one["reference"]) for one in fired], [("lease-expired", "order-1")])
        self.assertEqual(work_once(self.querator, "worker", self.shipped.append), "order-1")
        self.assertEqual(self.kinds("order-1"), ["produced", "leased", "lease-expired", "leased", "completed"])

    def test_an_order_is_shipped_once_even_if_the_reply_to_complete_is_lost(self):
        self.produce("order-1")
        self.daemon.post("faults", call="queue.complete", do="lose-reply", times=1)
        self.assertEqual(work_once(self.querator, "worker", self.shipped.append), "order-1")
        self.assertEqual(self.shipped, [{"id": 1}])
        [fault] = self.daemon.get("faults")["faults"]
        self.assertEqual(fault["fired"], 1, fault["nearest"])

    def test_a_worker_that_is_too_slow_does_not_count_the_order_as_done(self):
        self.produce("order-1")
        slow = work_once(self.querator, "slow", lambda order: self.daemon.post("clock/advance", by="61s"))
        self.assertIsNone(slow)
        self.assertIn("1 item free", self.daemon.get("explain", queue="orders")["text"])


if __name__ == "__main__":
    unittest.main()
