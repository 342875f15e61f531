/** Whether a variable of the exporter holds a secret, which ECS passes through `secrets`. */
export function isSecretVariable(name: string): boolean {
  return /_HEADERS$|^AWS_(?:ACCESS|SECRET|SESSION|CONTAINER)_/.test(name);
}
