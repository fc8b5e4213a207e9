/** Builds the service as for the image. @returns a new folder that contains `dist`, which the caller removes. */
export function buildService(): string;
