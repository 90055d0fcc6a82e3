using System.Text;
using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class LargeRequestTests : HostileScene
{
    private const long Most = 64 * 1024 * 1024;

    private static readonly byte[] Blanks = [.. Enumerable.Repeat((byte)' ', 64 * 1024)];

    [Fact]
    [ProtocolRule("Limits and load", "A body of more than 1 MiB is a 413", Served = "before it is read, where its length is announced")]
    public Task A_body_of_a_gigabyte_is_refused_before_it_comes() =>
        AttackAsync(async () =>
        {
            using var connection = await ConnectAsync();
            await connection.SendAsync(Head("POST", Query, "Content-Length: 1073741824"));

            (await connection.ReadStatusAsync()).ShouldBe(413);

            (await connection.PushAsync(Blanks, Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken), Most)).ShouldBeLessThan(Most);
        });

    [Fact]
    public Task A_body_without_end_is_refused_on_the_way() =>
        AttackAsync(async () =>
        {
            byte[] chunk = [.. "10000\r\n"u8, .. Blanks, .. "\r\n"u8];
            using var connection = await ConnectAsync();
            await connection.SendAsync(Head("POST", Query, "Transfer-Encoding: chunked"));
            var answer = connection.ReadStatusAsync();

            (await connection.PushAsync(chunk, answer, Most)).ShouldBeLessThan(Most);

            (await answer).ShouldBeOneOf(null, 413);
        });

    [Fact]
    public Task A_body_of_somebody_unknown_is_not_waited_for() =>
        AttackAsync(async () =>
        {
            using var connection = await ConnectAsync();
            await connection.SendAsync($"POST {Query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nobody\r\nContent-Length: 1000000\r\n\r\n");

            (await connection.ReadStatusAsync()).ShouldBe(401);
        });

    [Theory]
    [InlineData("one long header", 431)]
    [InlineData("many headers", 431)]
    [InlineData("a long target", 414)]
    [InlineData("a long page token", 414)]
    [InlineData("a long token", 431)]
    [ProtocolRule("Limits and load", "Headers of more than 32 KiB, and addresses of more than 8 KiB, are refused")]
    public Task Heads_that_are_too_large_are_refused(string kind, int status) =>
        AttackAsync(async () =>
        {
            var request = kind switch
            {
                "one long header" => Head("GET", "/delta-sharing/shares", "X-Long: " + new string('x', 1_000_000)),
                "many headers" => Head("GET", "/delta-sharing/shares", [.. Enumerable.Range(0, 5000).Select(i => $"X-{i}: 1")]),
                "a long target" => Head("GET", "/delta-sharing/shares/" + new string('x', 100_000)),
                "a long page token" => Head("GET", "/delta-sharing/shares?pageToken=" + new string('A', 100_000)),
                _ => $"GET /delta-sharing/shares HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {new string('A', 100_000)}\r\n\r\n",
            };
            using var connection = await ConnectAsync();
            var answer = connection.ReadStatusAsync();

            await connection.PushAsync(Encoding.ASCII.GetBytes(request), answer, 1);

            // What is still on its way when the server closes may take the answer with it.
            (await answer).ShouldBeOneOf(null, status);
        });
}
