using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.Hosting.Tests.Identity;

public sealed class CredentialInvalidationTests
{
    [Fact]
    public async Task A_revocation_is_effective_at_once_in_a_process_of_several_services()
    {
        var source = new FakeCredentialSource();
        var credential = source.Add("token", CredentialKind.Recipient);
        await using var process = await TestProcess.StartAsync(builder =>
        {
            Add(builder, source);
            builder.AddServiceDatabase((options, time) => new OtherDatabase(options, time));
            builder.AddCredentialInvalidation<OtherDatabase, OwnerChanged>("other-service", changed => changed.OwnerId);
        });
        var cache = process.Services.GetRequiredService<ICredentialCache>();
        (await cache.FindAsync("token", null, CancellationToken.None)).ShouldNotBeNull();

        source.Remove("token");
        await PublishAsync(process, credential.Id);

        await Eventually.Async(async () => await cache.FindAsync("token", null, CancellationToken.None) is null, TimeSpan.FromSeconds(10));
        process.Services.GetServices<ConsumerRegistration>().Count().ShouldBe(1);
    }

    [Fact]
    [Trait("Needs", "Servers")]
    public async Task Every_replica_hears_of_a_revocation_over_the_broker()
    {
        var broker = await (await RabbitMqServer.StartAsync()).CreateVirtualHostAsync();
        var source = new FakeCredentialSource();
        var credential = source.Add("token", CredentialKind.Recipient);
        string[] settings = ["--Bus:Transport=RabbitMq", "--Bus:ConnectionString=" + broker];
        await using var first = await TestProcess.StartAsync(builder => Add(builder, source), settings: settings);
        await using var second = await TestProcess.StartAsync(builder => Add(builder, source), settings: settings);
        foreach (var process in (TestProcess[])[first, second])
            await Eventually.Async(async () => (await process.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        var caches = new[] { first, second }.Select(process => process.Services.GetRequiredService<ICredentialCache>()).ToList();
        foreach (var cache in caches)
            (await cache.FindAsync("token", null, CancellationToken.None)).ShouldNotBeNull();

        source.Remove("token");
        await PublishAsync(first, credential.Id);

        foreach (var cache in caches)
            await Eventually.Async(async () => await cache.FindAsync("token", null, CancellationToken.None) is null, TimeSpan.FromSeconds(10));
    }

    private static void Add(WebApplicationBuilder builder, FakeCredentialSource source)
    {
        // Nothing gets old while this clock stands still, so only the event can bring the credential to be asked for again.
        builder.Services.AddSingleton<ICredentialCache>(provider => new CredentialCache(
            provider.GetRequiredService<ICredentialSource>(),
            provider.GetRequiredService<Hosting.Cache.ISharedCache>(),
            new ManualTimeProvider()
        ));
        builder.Services.AddSingleton<ICredentialSource>(source);
        builder.AddServiceDatabase((options, time) => new TestDatabase(options, time));
        builder.AddCredentialInvalidation<TestDatabase, OwnerChanged>("test-service", changed => changed.OwnerId);
    }

    private static async Task PublishAsync(TestProcess process, Guid ownerId)
    {
        await using var transaction = await process.Services.GetRequiredService<TestDatabase>().BeginAsync(CancellationToken.None);
        transaction.Publish(new OwnerChanged { OwnerId = ownerId });
        await transaction.CommitAsync(CancellationToken.None);
    }

    private sealed class OtherDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase("other-service", options, time);
}

public sealed record OwnerChanged
{
    public required Guid OwnerId { get; init; }
}
