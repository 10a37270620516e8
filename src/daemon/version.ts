/** The version of this package, as `GET /health` and `querator version` return it. */
export const VERSION: string = '0.1.0'
