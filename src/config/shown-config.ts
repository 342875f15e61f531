import { withoutCredentials } from '../text/printable.ts';
import type { Config } from './config.ts';
import type { ResolvedConfig } from './resolve.ts';

const HIDDEN = '[hidden]';

/** The configuration with secrets hidden, for JSON: the values given, by flag or variable, and the effective ones. */
export function shownConfig({ config, given }: ResolvedConfig): {
  readonly given: Readonly<Record<string, string>>;
  readonly effective: object;
} {
  return { given: Object.fromEntries(given), effective: withoutSecrets(config) };
}

function withoutSecrets({ metadataUrl, otlp, ...others }: Config): object {
  const { url, headers, clientKey, certificate, clientCertificate, proxyEnv } = otlp;
  return {
    metadataUrl: withoutCredentials(metadataUrl.href),
    ...others,
    otlp: {
      ...otlp,
      url: withoutCredentials(url),
      headers: Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN])),
      // PEM contents.
      certificate: certificate && HIDDEN,
      clientCertificate: clientCertificate && HIDDEN,
      clientKey: clientKey && HIDDEN,
      proxyEnv:
        proxyEnv &&
        Object.fromEntries(Object.entries(proxyEnv).map(([name, text = '']) => [name, withoutCredentials(text)])),
    },
  };
}
