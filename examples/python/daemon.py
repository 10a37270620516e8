"""Starts `querator` for a test run, and moves its clock over the control plane."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request


class Daemon:
    """A daemon with a control plane."""

    def __init__(self):
        command = ["npx", "querator", "--config", "test-config.yaml", "--test-control"]
        # A group of its own, so that npx, its shell and the daemon get the signal.
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        first = self._process.stdout.readline()
        found = re.search(r"listening on (http://\S+)", first)
        if found is None:
            self.close()
            raise RuntimeError(f"querator did not start: {first}")
        self.url = found[1]

    def get(self, path, **fields):
        """Reads from the control plane."""
        return self._reply(urllib.request.Request(f"{self.url}/test/{path}?{urllib.parse.urlencode(fields)}"))

    def post(self, path, **fields):
        """Changes something over the control plane."""
        return self._reply(urllib.request.Request(f"{self.url}/test/{path}", json.dumps(fields).encode()))

    def close(self):
        """Stops the daemon."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.communicate()

    @staticmethod
    def _reply(request):
        try:
            with urllib.request.urlopen(request) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(json.load(error)["message"]) from None
