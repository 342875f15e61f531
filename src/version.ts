/** The name of the program, of its package and of its image. */
export const PROGRAM = 'ecs-container-exporter';

/** The package's version; a test holds it against package.json. */
export const VERSION = '3.0.0';
