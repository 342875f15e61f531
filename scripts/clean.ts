import { rmSync } from 'node:fs';

// Files of an earlier build would otherwise be packed.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
