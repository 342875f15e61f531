/** `arn:<partition>:ecs:<region>:<account>:task/[<cluster>/]<id>`, in every partition (aws, aws-cn, aws-us-gov, ...). */
const TASK_ARN =
  /^arn:(?<partition>[^:]+):ecs:(?<region>[^:]*):(?<account>[^:]*):task\/(?:(?<cluster>[^/]+)\/)?(?<id>[^/]+)$/;

/** The parts of a task's ARN; old ones have no cluster. */
export interface TaskArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster?: string | undefined;
  /** 32 hexadecimal digits, a UUID before 2018; nobody promises that. */
  readonly id: string;
}

/** Undefined for a text that is no ARN of a task. */
export function parseTaskArn(text: string | undefined): TaskArn | undefined {
  const { partition, region, account, cluster, id } = TASK_ARN.exec(text ?? '')?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined || id === undefined) return undefined;
  return { partition, region, account, cluster, id };
}
