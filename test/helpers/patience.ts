/** How many times longer than on an idle machine a test may wait: PATIENCE, three in CI unless it says otherwise. */
export const patience = Number(process.env.PATIENCE ?? (process.env.CI ? 3 : 1));
