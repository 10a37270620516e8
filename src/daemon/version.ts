/** The version of this package, as `GET /health` and `querator version` tell it. A test holds it to package.json. */
export const VERSION = '0.1.0'
