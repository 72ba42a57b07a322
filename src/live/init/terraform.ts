// events.tf: the same resources as the CloudFormation template, for Terraform.

import { type InitAnswers, namesOf } from "./answers.js";
import { READ_TAGS } from "./cloudformation.js";
import { EVENT_RETENTION_S, type EventRule, eventRules } from "./event-rules.js";

/** The module as HCL. It reads policy.json beside it. */
export function terraform(answers: InitAnswers): string {
  const parts = [
    HEAD,
    provider(answers),
    queue(answers),
    ...eventRules(answers).map(rule),
    ...(answers.lease.kind === "dynamodb" ? [leaseTable(answers.lease.table)] : []),
    ...(answers.instanceProfile === null ? [hosts(answers)] : []),
    controller(answers),
  ];
  return `${parts.join("\n\n")}\n`;
}

const HEAD = `# What \`stowage live\` needs beside the compute environment: the same as events.cloudformation.yaml.
# Use one of the two.`;

/** A text of HCL: JSON's, without its two ways to begin a template. */
function hcl(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, "$1$1{");
}

function provider({ region }: InitAnswers): string {
  return `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  region = ${hcl(region)}
}`;
}

function queue(answers: InitAnswers): string {
  const sources = eventRules(answers).map(({ name }) => `aws_cloudwatch_event_rule.${snake(name)}.arn`);
  return `resource "aws_sqs_queue" "events" {
  name                      = ${hcl(namesOf(answers).eventQueue)}
  message_retention_seconds = ${EVENT_RETENTION_S}
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EventBridge"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.events.arn
        Condition = {
          ArnEquals = {
            "aws:SourceArn" = [
${sources.map((source) => `              ${source},`).join("\n")}
            ]
          }
        }
      },
      {
        Sid       = "DenyHTTP"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.events.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}`;
}

function rule({ name, description, pattern }: EventRule): string {
  const id = snake(name);
  return `resource "aws_cloudwatch_event_rule" "${id}" {
  description   = ${hcl(description)}
  event_pattern = ${hcl(JSON.stringify(pattern))}
}

resource "aws_cloudwatch_event_target" "${id}" {
  rule      = aws_cloudwatch_event_rule.${id}.name
  target_id = "queue"
  arn       = aws_sqs_queue.events.arn
}`;
}

function leaseTable(table: string): string {
  return `resource "aws_dynamodb_table" "lease" {
  name         = ${hcl(table)}
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"

  attribute {
    name = "pk"
    type = "S"
  }

  # Launches that are under way stand in it.
  lifecycle {
    prevent_destroy = true
  }
}`;
}

function hosts(answers: InitAnswers): string {
  const { hostRole, partition } = namesOf(answers);
  return `resource "aws_iam_role" "host" {
  name = ${hcl(hostRole)}
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy_attachment" "host" {
  role       = aws_iam_role.host.name
  policy_arn = ${hcl(`arn:${partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`)}
}

# ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance asks for it.
resource "aws_iam_role_policy" "host" {
  name   = "read-own-tags"
  role   = aws_iam_role.host.name
  policy = ${hcl(JSON.stringify(READ_TAGS))}
}

resource "aws_iam_instance_profile" "host" {
  name = ${hcl(hostRole)}
  role = aws_iam_role.host.name
}`;
}

function controller(answers: InitAnswers): string {
  const { controllerPolicy, pool } = namesOf(answers);
  return `resource "aws_iam_policy" "controller" {
  name        = ${hcl(controllerPolicy)}
  description = ${hcl(`Stowage live mode, pool ${pool}`)}
  policy      = file("\${path.module}/policy.json")
}

output "event_queue_url" {
  value = aws_sqs_queue.events.url
}

output "controller_policy_arn" {
  value = aws_iam_policy.controller.arn
}`;
}

/** SpotInterruption to spot_interruption. */
function snake(name: string): string {
  return name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
}
