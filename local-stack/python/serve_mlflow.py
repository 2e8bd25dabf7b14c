"""Runs `mlflow server ARGUMENTS` in this very process.

The command would start the web server as a child and keep a second interpreter (about 200 MB) waiting for it, which
nobody could stop with one signal. Replacing the process instead leaves one interpreter and one pid.
"""

import os
import sys

import mlflow.server


def _become(command, extra_env=None, **_):
    os.execvpe(command[0], command, {**os.environ, **(extra_env or {})})


if not hasattr(mlflow.server, "_exec_cmd"):
    sys.exit("mlflow.server has no _exec_cmd: expected the version in requirements.lock; remove the tools folder and start again")
mlflow.server._exec_cmd = _become

from mlflow.cli import cli  # noqa: E402

cli(["server", *sys.argv[1:]])
