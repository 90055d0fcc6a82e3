using System.Net;
using System.Text.Json;
using Tideway.Hosting.Identity;
using Tideway.ShareRegistry.Tests.Hosts;
using Tideway.Testing;
using Tideway.Testing.Servers;

namespace Tideway.ShareRegistry.Tests.Access;

/// <summary>The limits of a recipient over several replicas, counted in a real Redis.</summary>
[Trait("Needs", "Servers")]
public sealed class SharedLimitTests
{
    private const int Burst = 4;

    [Fact]
    [ProtocolRule("Limits and load", "Replicas that have Redis in common let in no more calls of a recipient together than one")]
    public async Task Two_replicas_share_the_limit_of_a_recipient()
    {
        var redis = await RedisServer.StartAsync();
        var settings = SettingsOf(redis);
        await using var one = await RegistryProcess.StartAsync(settings);
        await using var other = await RegistryProcess.StartAsync(settings);

        var taken = await CallAsync(one, other, "greedy");

        // A new window may begin on the way, with as many again; each by itself would have let in twice as many.
        taken.ShouldBeInRange(Burst, (2 * Burst) - 1);
        (await RedisOf(one)).GetProperty("ready").GetBoolean().ShouldBeTrue();
        DescriptionOf(await RedisOf(one)).ShouldBeNull();
    }

    [Fact]
    [ProtocolRule("Limits and load", "While Redis is away each replica counts for itself, serves on, and says so")]
    public async Task Replicas_that_lose_redis_count_for_themselves_and_say_so()
    {
        await using var redis = await RedisServer.StartPrivateAsync();
        var settings = SettingsOf(redis);
        await using var one = await RegistryProcess.StartAsync(settings);
        await using var other = await RegistryProcess.StartAsync(settings);
        (await CallAsync(one, other, "before")).ShouldBeLessThan(2 * Burst);

        await redis.StopAsync();
        foreach (var replica in new[] { one, other })
            await Eventually.Async(async () => DescriptionOf(await RedisOf(replica)) is not null);

        (await CallAsync(one, other, "during")).ShouldBe(2 * Burst);
        var check = await RedisOf(one);
        check.GetProperty("ready").GetBoolean().ShouldBeTrue();
        DescriptionOf(check)!.ShouldContain("does not answer");
        foreach (var replica in new[] { one, other })
            replica.Log.Lines.Count(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("goes on with its own memory")).ShouldBe(1);

        await redis.StartAgainAsync();
        foreach (var replica in new[] { one, other })
            await Eventually.Async(async () => DescriptionOf(await RedisOf(replica)) is null);
        (await CallAsync(one, other, "after")).ShouldBeLessThan(2 * Burst);
    }

    // Counts the calls that were let in, of twice as many as each replica alone lets in.
    private static async Task<int> CallAsync(RegistryProcess one, RegistryProcess other, string name)
    {
        var recipient = await one.AddRecipientAsync(name);
        var credential = new Credential
        {
            Kind = CredentialKind.Recipient,
            Id = recipient.Id,
            Name = recipient.Name,
            ExpiresAt = other.Time.GetUtcNow().AddDays(1),
        };
        other.Credentials.Add(recipient.Token, credential);
        HttpClient[] clients = [recipient.Http, other.ClientOf(recipient.Token)];
        var taken = 0;
        for (var i = 0; i < 4 * Burst; i++)
        {
            var answer = await clients[i % 2].GetAnswerAsync("/delta-sharing/shares");
            answer.Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.TooManyRequests);
            taken += answer.Status == HttpStatusCode.OK ? 1 : 0;
        }

        return taken;
    }

    private static string[] SettingsOf(RedisServer redis) =>
        [
            "--Redis:Endpoint=" + redis.Endpoint,
            $"--Redis:KeyPrefix={Guid.CreateVersion7():N}:",
            "--Redis:Timeout=00:00:10",
            "--RecipientLimits:CallsPerSecond=0.0001",
            $"--RecipientLimits:Burst={Burst}",
        ];

    private static string? DescriptionOf(JsonElement check) => check.TryGetProperty("description", out var text) ? text.GetString() : null;

    private static async Task<JsonElement> RedisOf(RegistryProcess process) =>
        (await process.Stranger.GetAnswerAsync("/health/ready")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("checks").GetProperty("redis");
}
