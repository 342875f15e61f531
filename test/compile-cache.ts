/** Loaded before each test file: compiled modules are kept, since every file runs in a process of its own. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile'));
