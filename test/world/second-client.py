# A second, independent client: reads an account with boto3 and prints it as JSON. botocore's parsers judge the wire format.
# Usage: second-client.py ENDPOINT CLUSTER QUEUE
import json
import sys

import boto3
from botocore.config import Config

endpoint, cluster, queue = sys.argv[1:]
session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


def client(service):
    config = Config(retries={"total_max_attempts": 1})
    return session.client(service, endpoint_url=endpoint, config=config)


def pages(service, operation, key, **arguments):
    return [item for page in client(service).get_paginator(operation).paginate(**arguments) for item in page[key]]


jobs = []
for status in ("PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"):
    for job in pages("batch", "list_jobs", "jobSummaryList", jobQueue=queue, jobStatus=status):
        jobs.append(job)
details = client("batch").describe_jobs(jobs=[job["jobId"] for job in jobs])["jobs"]
arns = pages("ecs", "list_container_instances", "containerInstanceArns", cluster=cluster)
described = client("ecs").describe_container_instances(cluster=cluster, containerInstances=arns)["containerInstances"]
reservations = pages("ec2", "describe_instances", "Reservations")
snapshot = client("batch").get_job_queue_snapshot(jobQueue=queue)
products = pages("pricing", "get_products", "PriceList", ServiceCode="AmazonEC2", FormatVersion="aws_v1")

result = {
    "queues": client("batch").describe_job_queues()["jobQueues"],
    "environments": client("batch").describe_compute_environments()["computeEnvironments"],
    "jobs": jobs,
    "details": details,
    "front": snapshot["frontOfQueue"]["jobs"],
    "containerInstances": described,
    "tasks": client("ecs").describe_tasks(cluster=cluster, tasks=pages("ecs", "list_tasks", "taskArns", cluster=cluster))["tasks"],
    "instances": [instance for reservation in reservations for instance in reservation["Instances"]],
    "spotPrices": pages("ec2", "describe_spot_price_history", "SpotPriceHistory"),
    "instanceTypes": client("ec2").describe_instance_types(InstanceTypes=["m6i.large"])["InstanceTypes"],
    "scores": client("ec2").get_spot_placement_scores(TargetCapacity=1)["SpotPlacementScores"],
    "products": [json.loads(product) for product in products],
    "quota": client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-34B43A08")["Quota"],
}
print(json.dumps(result, default=lambda time: time.isoformat()))
