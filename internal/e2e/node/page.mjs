// Opens the link of an invite in Chromium, types a Matrix ID and presses the button. It
// prints what the user sees, and every URL that the browser requested.
import { chromium } from "playwright-core";

const { program, link, user, javaScript, scheme, width, height, pictures } = JSON.parse(process.env.PAGE);
const browser = await chromium.launch({
  executablePath: program,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({
  javaScriptEnabled: javaScript, colorScheme: scheme, viewport: { width, height }, deviceScaleFactor: 2, reducedMotion: "reduce",
});
const page = await context.newPage();
const requests = [];
const problems = [];
page.on("request", (r) => requests.push(r.method() + " " + r.url()));
page.on("console", (m) => problems.push(m.text())); // also violations of the content security policy
page.on("pageerror", (e) => problems.push(String(e)));
const picture = async (name) => {
  if (pictures[name]) await page.screenshot({ path: pictures[name] });
};
const seen = { headings: [] };
const heading = async () => seen.headings.push(await page.locator("h1").innerText());

await page.goto(link);
if (!javaScript) {
  await heading();
  await page.locator("textarea").fill(link);
  await page.getByRole("button", { name: "Open the invite" }).click();
}
await page.getByLabel("Your Matrix ID").waitFor();
await heading();
seen.address = page.url();
seen.wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth").catch(() => null);
await picture("invite");
await page.getByLabel("Your Matrix ID").fill(user);
await page.getByRole("button", { name: "Invite me" }).click();
await page.locator(".mark").waitFor();
await heading();
seen.text = await page.locator("main").innerText();
await picture("done");
seen.requests = requests;
seen.problems = problems;
console.log(JSON.stringify(seen));
await browser.close();
