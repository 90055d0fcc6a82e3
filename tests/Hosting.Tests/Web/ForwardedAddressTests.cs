using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Web;

public sealed class ForwardedAddressTests
{
    [Theory]
    [InlineData(null, "203.0.113.7", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.0/8", "198.51.100.1, 203.0.113.7, 127.0.0.9", "203.0.113.7")]
    public async Task The_address_of_the_caller_is_believed_from_our_proxies_only(string? trusted, string forwarded, string expected)
    {
        await using var process = await TestProcess.StartAsync(
            map: app => app.MapGet("/address", (HttpContext context) => context.Connection.RemoteIpAddress!.MapToIPv4().ToString()),
            settings: trusted is null ? [] : ["--Web:TrustedProxies:0=" + trusted]
        );
        process.Client.DefaultRequestHeaders.Add("X-Forwarded-For", forwarded);

        (await process.Client.GetStringAsync("/address")).ShouldBe(expected);
    }
}
