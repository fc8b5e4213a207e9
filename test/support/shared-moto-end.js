/** Jest's global teardown. Jest loads it apart from the global setup. */
export default () => globalThis.endSharedMoto();
