/** FRITZ!OS as people know it: `154.08.02` is the 8.02 of hardware 154. */
export const osVersion = (text: string | undefined): string | undefined => text?.replace(/^\d+\.0?(?=\d+\.\d)/, '');
