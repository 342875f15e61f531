import { HTTP_SERVER } from './http-server.ts';
import { METADATA_ENDPOINT } from './metadata-endpoint.ts';
import { PROCESS } from './process.ts';
import { PUSH } from './push.ts';
import type { Section } from './row.ts';
import { SECRETS } from './secrets.ts';
import { VALUES } from './values.ts';

export const SECTIONS: readonly Section[] = [METADATA_ENDPOINT, PUSH, HTTP_SERVER, PROCESS, VALUES, SECRETS];
