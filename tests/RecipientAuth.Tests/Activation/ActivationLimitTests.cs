using System.Net;
using Tideway.RecipientAuth.Tests.Hosts;

namespace Tideway.RecipientAuth.Tests.Activation;

public sealed class ActivationLimitTests : IAsyncLifetime
{
    private const string Unknown = "/api/2.1/unity-catalog/public/data_sharing_activation/unknown";

    private RecipientAuthProcess process = null!;

    public async ValueTask InitializeAsync() => process = await RecipientAuthProcess.StartAsync("--RecipientAuth:RefusedActivationsPerMinute=3");

    public ValueTask DisposeAsync() => process.DisposeAsync();

    [Fact]
    public async Task An_address_that_was_refused_often_has_to_wait_and_no_other()
    {
        var link = await process.CreateRecipientAsync("acme");
        for (var i = 0; i < 3; i++)
            (await process.ActivateAsync(Unknown, from: "203.0.113.9")).Status.ShouldBe(HttpStatusCode.NotFound);

        var limited = await process.ActivateAsync(link, from: "203.0.113.9");

        limited.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        limited.ErrorCode.ShouldBe("RESOURCE_LIMIT_EXCEEDED");
        (await process.ActivateAsync(Unknown, from: "203.0.113.10")).Status.ShouldBe(HttpStatusCode.NotFound);
        process.Time.Advance(TimeSpan.FromMinutes(1));
        (await process.ActivateAsync(link, from: "203.0.113.9")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Addresses_of_one_ipv6_network_are_one_address()
    {
        for (var i = 0; i < 3; i++)
            (await process.ActivateAsync(Unknown, from: $"2001:db8:0:1::{i}")).Status.ShouldBe(HttpStatusCode.NotFound);

        (await process.ActivateAsync(Unknown, from: "2001:db8:0:1:ffff::")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await process.ActivateAsync(Unknown, from: "2001:db8:0:2::")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
