using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tideway.Hosting.Cache;
using Tideway.Hosting.Identity;
using Tideway.Testing;
using CredentialCache = Tideway.Hosting.Identity.CredentialCache;

namespace Tideway.Hosting.Tests.Identity;

/// <summary>Strangers who try tokens do not get in the way of those who have one.</summary>
public sealed class UnknownTokenFloodTests
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Partner = IPAddress.Parse("198.51.100.1");

    private readonly ManualTimeProvider time = new();
    private readonly Source source;
    private readonly CredentialCache cache;

    public UnknownTokenFloodTests()
    {
        source = new Source(time);
        cache = new CredentialCache(source, new MemoryCache(time), time);
    }

    [Fact]
    public async Task An_address_with_many_unknown_tokens_waits_and_others_are_served()
    {
        source.Add("good");
        source.Add("other");
        await FloodAsync(Stranger);

        var refusal = await Should.ThrowAsync<TooManyUnknownTokensException>(() => FindAsync("good", Stranger));
        refusal.Wait.ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
        (await FindAsync("other", Partner)).ShouldNotBeNull();

        time.Advance(TimeSpan.FromSeconds(1));
        (await FindAsync("good", Stranger)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_source_is_asked_for_no_more_of_a_flood_than_the_limit()
    {
        await FloodAsync(Stranger);
        var asked = source.Asked;

        for (var i = 0; i < 1000; i++)
            await Should.ThrowAsync<TooManyUnknownTokensException>(() => FindAsync($"more-{i}", Stranger));

        source.Asked.ShouldBe(asked);
    }

    [Fact]
    public async Task A_flood_of_the_same_moment_is_cut_off_too()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 2000)
                .Select(async i =>
                {
                    try
                    {
                        await FindAsync($"guess-{i}", Stranger);
                        return true;
                    }
                    catch (TooManyUnknownTokensException)
                    {
                        return false;
                    }
                })
        );

        answers.Count(heard => heard).ShouldBeLessThan(200);
        source.Asked.ShouldBeLessThan(200);
    }

    [Fact]
    public async Task A_token_that_is_remembered_works_from_an_address_that_waits()
    {
        source.Add("good");
        await FindAsync("good", Stranger);
        await FloodAsync(Stranger);

        (await FindAsync("good", Stranger)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Neighbours_in_one_network_of_IPv6_wait_together()
    {
        await FloodAsync(IPAddress.Parse("2001:db8::1"));

        await Should.ThrowAsync<TooManyUnknownTokensException>(() => FindAsync("guess", IPAddress.Parse("2001:db8::ffff")));
        (await FindAsync("guess", IPAddress.Parse("2001:db8:0:1::1"))).ShouldBeNull();
    }

    [Fact]
    public async Task Strangers_from_everywhere_do_not_take_the_turns_of_an_address_that_is_known()
    {
        source.Add("good");
        await FindAsync("good", Partner);
        source.Add("rotated");
        source.Slow = true;
        var strangers = Enumerable.Range(1, 200).Select(i => FindAsync($"guess-{i}", new IPAddress([203, 0, 113, (byte)i]))).ToList();
        await Eventually.Async(() => source.Waiting > 0, because: "strangers hold turns");

        (await FindAsync("rotated", Partner)).ShouldNotBeNull();

        strangers.ShouldAllBe(search => !search.IsCompleted);
        source.Waiting.ShouldBeLessThan(strangers.Count);
        source.Release();
        (await Task.WhenAll(strangers)).ShouldAllBe(found => found == null);
    }

    private async Task FloodAsync(IPAddress from)
    {
        for (var i = 0; i < CredentialSearches.UnknownTokensPerSecond; i++)
            (await FindAsync($"guess-{i}", from)).ShouldBeNull();
    }

    private Task<Credential?> FindAsync(string token, IPAddress from) => cache.FindAsync(token, from, CancellationToken.None).AsTask();

    /// <summary>Knows some tokens; slow, where it is told to be, with those that it does not know.</summary>
    private sealed class Source(TimeProvider time) : ICredentialSource
    {
        private readonly ConcurrentDictionary<string, Credential> known = new(StringComparer.Ordinal);
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int asked;
        private int waiting;

        public bool Slow { get; set; }

        public int Asked => Volatile.Read(ref asked);

        public int Waiting => Volatile.Read(ref waiting);

        public void Add(string token) =>
            known[Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))] = new Credential
            {
                Kind = CredentialKind.Recipient,
                Id = Guid.CreateVersion7(),
                Name = token,
                ExpiresAt = time.GetUtcNow().AddDays(1),
            };

        public void Release() => released.TrySetResult();

        public async Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            if (known.TryGetValue(tokenSha256, out var credential))
                return credential;
            if (Slow)
            {
                Interlocked.Increment(ref waiting);
                await released.Task.WaitAsync(cancellationToken);
            }

            await Task.Yield();
            return null;
        }
    }
}
