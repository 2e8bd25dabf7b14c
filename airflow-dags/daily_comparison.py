"""Compares the use case's challenger with its champion once a day, on answers whose truth is known: for Airflow 3.

A challenger that is better is proposed in the task's log, or promoted where the model's rule says so. The task is skipped
while the champion stays. Airflow variables: those of daily_retraining, and

  millrace_prediction_url  the service that is told of a promotion; left out, it sees it by itself
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import DAG, Variable

USE_CASE = Variable.get("millrace_use_case", default="fraud")
IMAGE = Variable.get("millrace_training_image", default="")
ROOT = Variable.get("millrace_root", default="/opt/millrace")
NAMESPACE = Variable.get("millrace_namespace", default="mlops")
SECRET = Variable.get("millrace_secret", default="millrace")
PREDICTION = Variable.get("millrace_prediction_url", default="")

# The training job's exit code when the champion stays: no failure, the task is skipped.
KEPT = 3


def comparison():
    if IMAGE:
        from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
        from kubernetes.client import models as k8s

        return KubernetesPodOperator(
            task_id="compare",
            name="training-job",
            namespace=NAMESPACE,
            image=IMAGE,
            arguments=["compare", "--use-case", USE_CASE],
            env_vars={"MILLRACE_PREDICTION_URL": PREDICTION},
            env_from=[
                k8s.V1EnvFromSource(config_map_ref=k8s.V1ConfigMapEnvSource(name="millrace-settings")),
                k8s.V1EnvFromSource(secret_ref=k8s.V1SecretEnvSource(name=SECRET)),
            ],
            get_logs=True,
            skip_on_exit_code=KEPT,
        )
    from airflow.providers.standard.operators.bash import BashOperator

    return BashOperator(
        task_id="compare",
        bash_command='"$ROOT/millrace" compare --use-case "$USE_CASE"',
        env={"ROOT": ROOT, "USE_CASE": USE_CASE},
        append_env=True,
        skip_on_exit_code=KEPT,
    )


with DAG(
    dag_id="daily_comparison",
    description="Hold what champion and challenger said against what turned out to be true",
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=10), "execution_timeout": timedelta(minutes=30)},
    tags=["millrace"],
):
    comparison()
