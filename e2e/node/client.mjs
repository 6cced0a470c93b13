// HighLevel's own client, pointed at the server under test by the settings in the environment.

import sdk from '@gohighlevel/api-client';

const { HighLevel } = sdk;

export const { GHLError } = sdk;
export const locationId = process.env.LOCATION;

/** A client with the token of the environment, or with another one. */
export function client(token = process.env.TOKEN, logLevel = 'error') {
  HighLevel.BASE_URL = process.env.BASE_URL;
  return new HighLevel({
    privateIntegrationToken: token,
    apiVersion: process.env.API_VERSION || undefined,
    logLevel,
  });
}
