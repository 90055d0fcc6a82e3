using System.Net;
using System.Text;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class HostileBodyTests : HostileScene
{
    private const int Large = 1_000_000;

    private static readonly string[] Kinds =
    [
        "nesting",
        "nesting in an unknown field",
        "nesting in the conditions",
        "nested conditions as JSON",
        "a wide tree of conditions",
        "many conditions",
        "one long condition",
        "many brackets in a condition",
        "a giant number",
        "a giant exponent",
        "many fields of one name",
        "a giant page token",
        "a giant refresh token",
        "a giant timestamp",
        "half a surrogate",
        "no Unicode",
        "blanks",
        "many comments",
    ];

    [Fact]
    [ProtocolRule("Limits and load", "Whatever a body is made of, it is an answer or a refusal and never a failure")]
    public Task A_body_of_any_kind_is_answered_or_refused() =>
        AttackAsync(async () =>
        {
            foreach (var kind in Kinds)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Query);
                request.Content = new ByteArrayContent(Body(kind));

                using var response = await Acme.Http.SendAsync(request, TestContext.Current.CancellationToken);

                response.StatusCode.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.BadRequest], kind);
                (await response.Content.ReadAsStringAsync()).Length.ShouldBeLessThan(10_000, kind);
            }
        });

    [Fact]
    public Task A_header_of_any_length_is_answered_or_refused() =>
        AttackAsync(async () =>
        {
            foreach (var name in (string[])["delta-sharing-capabilities", "fileidhash", "x-client-request-id", "User-Agent"])
            {
                var value = string.Concat(Enumerable.Repeat("responseformat=delta,;=;,readerfeatures=", 500));
                (await Acme.Http.PostAnswerAsync(Query, "{}", (name, value))).Status.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.BadRequest], name);
            }
        });

    private static byte[] Body(string kind) =>
        kind switch
        {
            "nesting" => Text(new string('[', Large)),
            "nesting in an unknown field" => Text("{\"new\":" + new string('[', 200_000) + new string(']', 200_000) + "}"),
            "nesting in the conditions" => Text("{\"jsonPredicateHints\":\"" + new string('[', Large) + "\"}"),
            "nested conditions as JSON" => Text("{\"jsonPredicateHints\":" + Repeat("{\"op\":\"not\",\"children\":[", 30_000) + Repeat("]}", 30_000) + "}"),
            "a wide tree of conditions" => Text(
                "{\"jsonPredicateHints\":{\"op\":\"or\",\"children\":["
                    + Repeat("{\"op\":\"literal\",\"value\":\"true\",\"valueType\":\"bool\"},", 15_000)
                    + "]}}"
            ),
            "many conditions" => Text("{\"predicateHints\":[" + Repeat("\"id=1\",", 120_000) + "\"id=1\"]}"),
            "one long condition" => Text("{\"predicateHints\":[\"id = '" + new string('x', Large) + "'\"]}"),
            "many brackets in a condition" => Text("{\"predicateHints\":[\"" + new string('(', Large) + "\"]}"),
            "a giant number" => Text("{\"limitHint\":" + new string('9', Large) + "}"),
            "a giant exponent" => Text("{\"limitHint\":1e999999999,\"version\":-1e999999999}"),
            "many fields of one name" => Text("{" + Repeat("\"version\":0,", 80_000) + "\"version\":0}"),
            "a giant page token" => Text("{\"maxFiles\":1,\"pageToken\":\"" + new string('A', Large) + "\"}"),
            "a giant refresh token" => Text("{\"refreshToken\":\"" + new string('A', Large) + "\"}"),
            "a giant timestamp" => Text("{\"timestamp\":\"" + new string('2', Large) + "\"}"),
            "half a surrogate" => Text("{\"pageToken\":\"\\ud800\",\"predicateHints\":[\"\\udfff\"]}"),
            "no Unicode" => [.. "{\"pageToken\":\""u8, 0xc0, 0xae, 0xff, .. "\"}"u8],
            "blanks" => Text(new string(' ', Large)),
            _ => Text(Repeat("/* x */", 100_000) + "{}"),
        };

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
