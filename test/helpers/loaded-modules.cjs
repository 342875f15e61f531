/** Loaded before a program (`node --require`): at its end, writes the modules of Node that it has loaded to LOADED_MODULES. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.LOADED_MODULES ?? '', process.moduleLoadList.join('\n'));
});
