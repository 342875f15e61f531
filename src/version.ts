/** The package's version; a test holds it against package.json. */
export const VERSION = '3.0.0';
