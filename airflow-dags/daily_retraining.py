"""Trains the use case's model once a day, and makes it the champion when it is better: for Airflow 3.

Airflow variables, each with a default:
  millrace_use_case        fraud
  millrace_training_image  the image of training-job; without one, ./millrace of millrace_root runs it on this machine
  millrace_root            /opt/millrace
  millrace_namespace       mlops, for the image: there the chart was installed as release millrace
  millrace_secret          millrace, for the image: the Secret that the chart was given
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, Variable

USE_CASE = Variable.get("millrace_use_case", default="fraud")
IMAGE = Variable.get("millrace_training_image", default="")
ROOT = Variable.get("millrace_root", default="/opt/millrace")
NAMESPACE = Variable.get("millrace_namespace", default="mlops")
SECRET = Variable.get("millrace_secret", default="millrace")

# The training job's exit code when a gate keeps the champion: no failure, the task is skipped.
KEPT = 3


def training():
    if IMAGE:
        from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
        from kubernetes.client import models as k8s

        return KubernetesPodOperator(
            task_id="train_and_promote",
            name="training-job",
            namespace=NAMESPACE,
            image=IMAGE,
            arguments=["train", "--use-case", USE_CASE, "--promote"],
            env_from=[
                k8s.V1EnvFromSource(config_map_ref=k8s.V1ConfigMapEnvSource(name="millrace-settings")),
                k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name=SECRET)),
            ],
            get_logs=True,
            skip_on_exit_code=KEPT,
        )
    from airflow.providers.standard.operators.bash import BashOperator

    return BashOperator(
        task_id="train_and_promote",
        bash_command='"$ROOT/millrace" train --use-case "$USE_CASE" --promote',
        env={"ROOT": ROOT, "USE_CASE": USE_CASE},
        append_env=True,
        skip_on_exit_code=KEPT,
    )


with DAG(
    dag_id="daily_retraining",
    description="Train, compare with the champion, promote",
    schedule="0 3 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=10), "execution_timeout": timedelta(hours=2)},
    tags=["millrace"],
):
    training()
