/** The name of the program, of its package and of its image. */
export const PROGRAM = 'ecs-container-exporter';

/** The version of the package; a test compares it with package.json. */
export const VERSION = '3.0.0';
