/** Types of the used part of https://github.com/mhart/aws4. */
declare module 'aws4' {
  interface Request {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array | '';
    readonly region: string;
    readonly service: string;
    readonly extraHeadersToIgnore: Readonly<Record<string, boolean>>;
  }
  interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  }
  const aws4: {
    sign(request: Request, credentials: Credentials): { readonly headers: Readonly<Record<string, string>> };
  };
  // biome-ignore lint/style/noDefaultExport: the module is CommonJS
  export default aws4;
}
