/** Builds the service as the image has it. @returns the new folder with `dist` in it, to be removed. */
export function buildService(): string;
