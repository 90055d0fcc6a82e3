using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class OddRequestTests : HostileScene
{
    private static readonly string[] Targets =
    [
        "/delta-sharing/../files/lake/../databases/share-registry.db",
        "/delta-sharing/shares/%2e%2e/%2e%2e/etc/passwd",
        "/delta-sharing/shares/..%2f..%2f..%2fetc%2fpasswd",
        "/delta-sharing/shares/%252e%252e%252f/schemas",
        "/delta-sharing/shares/sales%00/schemas",
        "/delta-sharing/shares/%c0%ae%c0%ae/schemas",
        "/delta-sharing/shares/%ff%fe/schemas",
        "/delta-sharing/shares/%/schemas",
        "/delta-sharing/shares/%zz/schemas",
        "/delta-sharing/shares/a\\b/schemas",
        "/delta-sharing/shares/sales/schemas/shop/tables/orders%0d%0aX-Injected:%201/version",
        "/delta-sharing/shares/sales;DROP TABLE share/schemas",
        "/delta-sharing/shares/'%20OR%20'1'%3D'1/schemas",
        "/delta-sharing/shares/sales/schemas/shop/tables/orders/version?startingTimestamp=%00",
        "/delta-sharing/shares?maxResults=1&maxResults=2&pageToken=a&pageToken=b",
        "/delta-sharing/shares?%00=%00&=&&&=%ff",
        "//delta-sharing//shares",
        "/delta-sharing////",
        "http://evil.example.org/delta-sharing/shares",
        "http://evil.example.org:99999/delta-sharing/shares",
        "file:///etc/passwd",
        "gopher://evil.example.org/",
        "*",
        "evil.example.org:443",
        "shares",
        "/files/lake/..%2f..%2fdatabases?exp=1&sp=r&req=x&sig=x",
        "/files/lake/%2e%2e/%2e%2e/etc/passwd?exp=99999999999&sp=r&req=x&sig=AAAA",
        "/files/lake/x?exp=999999999999999999999999&sp=r&req=x&sig=",
    ];

    private static readonly string[] NoRequests =
    [
        "GET /delta-sharing/shares\r\n\r\n",
        "GET /delta-sharing/shares HTTP/9.9\r\n\r\n",
        "GET /delta-sharing/shares HTTP/1.1\r\n\r\n",
        "GET /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nNo colon here\r\n\r\n",
        "GET /delta-sharing/shares HTTP/1.1\r\nHost: a\r\n folded: 1\r\n\r\n",
        "GET /delta-sharing/shares HTTP/1.1\r\nHost: a\0b\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\n\r\n",
        "POST /delta-sharing/shares HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n\r\n",
    ];

    [Fact]
    [ProtocolRule("Limits and load", "Whatever a path is made of, it is an answer or a refusal and never a failure, and leads nowhere else")]
    public Task A_path_leads_nowhere_it_should_not() =>
        AttackAsync(async () =>
        {
            foreach (var target in Targets)
            {
                foreach (var method in (string[])["GET", "POST", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
                {
                    using var connection = await ConnectAsync();
                    await connection.SendAsync(Head(method, target, "Connection: close", method == "POST" ? "Content-Length: 0" : "X-None: 0"));
                    var answer = await connection.ReadToEndAsync();

                    if (answer.Length == 0)
                        continue;
                    int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3)).ShouldBeLessThan(500, answer);
                    answer.ShouldNotContain("root:");
                    answer.ShouldNotContain("\nX-Injected");
                    answer.ShouldNotContain("SQLite");
                }
            }
        });

    [Fact]
    public Task Garbage_on_a_connection_is_refused() =>
        AttackAsync(async () =>
        {
            var random = new Random(20260301);
            for (var i = 0; i < 200; i++)
            {
                var garbage = new byte[random.Next(1, 4096)];
                random.NextBytes(garbage);
                using var connection = await ConnectAsync();
                await connection.SendAsync(garbage);
                await connection.SendAsync("\r\n\r\n");
                (await connection.ReadStatusAsync()).ShouldBeOneOf(null, 400, 408, 414, 431, 505);
            }
        });

    [Fact]
    public Task A_request_that_is_none_is_refused() =>
        AttackAsync(async () =>
        {
            foreach (var request in NoRequests)
                (await StatusOfAsync(request)).ShouldBeOneOf(null, 400, 401, 404, 411, 413, 501, 505);
        });

    [Fact]
    public Task Many_requests_at_once_on_one_connection_are_answered_in_order() =>
        AttackAsync(async () =>
        {
            const int Requests = 500;
            using var connection = await ConnectAsync();
            var answers = connection.ReadToEndAsync();

            await connection.SendAsync(string.Concat(Enumerable.Repeat(Head("GET", "/delta-sharing/shares"), Requests)));
            await connection.SendAsync(Head("GET", "/delta-sharing/shares", "Connection: close") + "GET / and so on, which nobody reads");

            (await answers).Split("HTTP/1.1 200 OK").Length.ShouldBe(Requests + 2);
        });
}
