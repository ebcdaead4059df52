import { play } from "/play.mjs";

await play(location.origin, new URLSearchParams(location.search));
