/** What the endpoint's process tells the bench. */
export type FromEndpoint =
  | { readonly url: string }
  /** A request for statistics has come; with the gate closed it waits for its answer. */
  | { readonly asked: true }
  /** An answer is out: how many there were so far, and how many of them were new samples. */
  | { readonly requests: number; readonly samples: number };

/** What the bench tells the endpoint's process. */
export type ToEndpoint =
  /** Answer the request for statistics that waits. */
  | { readonly release: true }
  /** Whether requests for statistics wait for a release. */
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
