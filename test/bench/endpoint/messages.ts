/** Messages from the endpoint's process. */
export type FromEndpoint =
  | { readonly url: string }
  /** A request for stats has arrived; while the gate is closed it waits. */
  | { readonly asked: true }
  /** The number of responses so far, and of new samples among them. */
  | { readonly requests: number; readonly samples: number };

/** Messages to the endpoint's process. */
export type ToEndpoint =
  /** Answers the waiting request for stats. */
  | { readonly release: true }
  /** Whether requests for stats wait for a release. */
  | { readonly gated: boolean }
  | { readonly churns: boolean };

export function isFromEndpoint(message: unknown): message is FromEndpoint {
  return isObject(message) && ('url' in message || 'asked' in message || 'requests' in message);
}

export function isToEndpoint(message: unknown): message is ToEndpoint {
  return isObject(message) && ('release' in message || 'gated' in message || 'churns' in message);
}

function isObject(message: unknown): message is object {
  return typeof message === 'object' && message !== null;
}
