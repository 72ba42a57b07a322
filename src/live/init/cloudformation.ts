// events.cloudformation.yaml: the event queue and its rules, the lease's table, the hosts' role, the controller's policy.

import { type InitAnswers, namesOf } from "./answers.js";
import { EVENT_RETENTION_S, type EventRule, eventRules } from "./event-rules.js";
import type { PolicyDocument } from "./policy.js";
import { type Plain, yamlText } from "./yaml-text.js";

const HEAD = `# What \`stowage live\` needs beside the compute environment. Nothing in it costs anything to speak of.
#
#   aws cloudformation deploy --stack-name STACK --template-file events.cloudformation.yaml \\
#     --capabilities CAPABILITY_NAMED_IAM --region REGION
#
# Attach the policy of its output ControllerPolicyArn to the role that the controller runs under.

`;

/** The template as YAML. */
export function cloudFormation(answers: InitAnswers, policy: PolicyDocument): string {
  const names = namesOf(answers);
  const resources: Record<string, Plain> = {
    ...eventResources(answers),
    ...leaseResources(answers),
    ...hostResources(answers),
    ControllerPolicy: {
      Type: "AWS::IAM::ManagedPolicy",
      Properties: {
        ManagedPolicyName: names.controllerPolicy,
        Description: `Stowage live mode, pool ${names.pool}`,
        PolicyDocument: policy as unknown as Plain,
      },
    },
  };
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `Stowage live mode for the AWS Batch compute environment ${answers.computeEnvironment}`,
    Resources: resources,
    Outputs: outputs(answers),
  };
  const head = HEAD.replace("STACK", names.stack).replace("REGION", answers.region);
  return `${head}${yamlText(template)}`;
}

function eventResources(answers: InitAnswers): Record<string, Plain> {
  const { eventQueue } = namesOf(answers);
  const rules = eventRules(answers);
  const queueArn = { "Fn::GetAtt": ["EventQueue", "Arn"] };
  const ruleOf = ({ description, pattern }: EventRule): Plain => ({
    Type: "AWS::Events::Rule",
    Properties: {
      Description: description,
      EventPattern: pattern as Plain,
      Targets: [{ Id: "queue", Arn: queueArn }],
    },
  });
  return {
    EventQueue: {
      Type: "AWS::SQS::Queue",
      Properties: {
        QueueName: eventQueue,
        MessageRetentionPeriod: EVENT_RETENTION_S,
        SqsManagedSseEnabled: true,
      },
    },
    EventQueuePolicy: {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: "EventQueue" }],
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "EventBridge",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: queueArn,
              Condition: {
                ArnEquals: { "aws:SourceArn": rules.map(({ name }) => ({ "Fn::GetAtt": [`${name}Rule`, "Arn"] })) },
              },
            },
            {
              Sid: "DenyHTTP",
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: queueArn,
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    },
    ...Object.fromEntries(rules.map((rule) => [`${rule.name}Rule`, ruleOf(rule)])),
  };
}

function leaseResources({ lease }: InitAnswers): Record<string, Plain> {
  if (lease.kind !== "dynamodb") return {};
  return {
    LeaseTable: {
      Type: "AWS::DynamoDB::Table",
      // Launches that are under way stand in it: a stack that is deleted by mistake must not forget them.
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        TableName: lease.table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      },
    },
  };
}

function hostResources(answers: InitAnswers): Record<string, Plain> {
  if (answers.instanceProfile !== null) return {};
  const { hostRole, partition } = namesOf(answers);
  return {
    HostRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        RoleName: hostRole,
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
        ManagedPolicyArns: [`arn:${partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`],
        Policies: [{ PolicyName: "read-own-tags", PolicyDocument: READ_TAGS }],
      },
    },
    HostProfile: {
      Type: "AWS::IAM::InstanceProfile",
      Properties: { InstanceProfileName: hostRole, Roles: [{ Ref: "HostRole" }] },
    },
  };
}

/** ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance asks for it. */
export const READ_TAGS = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ec2:DescribeTags", Resource: "*" }],
} as const;

function outputs(answers: InitAnswers): Plain {
  const profile = answers.instanceProfile === null ? { Ref: "HostProfile" } : answers.instanceProfile.name;
  return {
    EventQueueUrl: { Description: "live.eventQueueUrl", Value: { Ref: "EventQueue" } },
    InstanceProfile: { Description: "live.launch.instanceProfile", Value: profile },
    ControllerPolicyArn: { Description: "For the controller's role", Value: { Ref: "ControllerPolicy" } },
  };
}
