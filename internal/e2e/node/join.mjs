// Joins a room with matrix-js-sdk by the sign URL of a link, as Element Web does.
import * as sdk from "matrix-js-sdk";

const { homeserver, token, user, room, via, signURL } = JSON.parse(process.env.JOIN);
const client = sdk.createClient({ baseUrl: homeserver, accessToken: token, userId: user });
try {
  const joined = await client.joinRoom(room, { inviteSignUrl: signURL, viaServers: via });
  console.log(JSON.stringify({ room: joined.roomId }));
} catch (e) {
  console.log(JSON.stringify({ status: e.httpStatus, code: e.errcode, message: e.message }));
}
