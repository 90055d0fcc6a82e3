using Tideway.Hosting.Cache;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Identity;

public sealed class CredentialCacheTests
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeCredentialSource source = new();
    private readonly SharedMemory shared;
    private readonly CredentialCache cache;

    public CredentialCacheTests()
    {
        shared = new SharedMemory(new MemoryCache(time));
        cache = new CredentialCache(source, new MemoryCache(time), time);
    }

    [Fact]
    public async Task An_answer_is_remembered_for_15_seconds_and_no_longer()
    {
        source.Add("token", CredentialKind.Recipient);

        (await FindAsync(cache, "token")).ShouldNotBeNull();
        time.Advance(TimeSpan.FromSeconds(14.9));
        (await FindAsync(cache, "token")).ShouldNotBeNull();
        source.Asked.ShouldBe(1);

        source.Remove("token");
        time.Advance(TimeSpan.FromSeconds(0.1));
        (await FindAsync(cache, "token")).ShouldBeNull();
    }

    [Fact]
    public async Task A_refusal_is_remembered_for_a_second_and_no_longer()
    {
        (await FindAsync(cache, "token")).ShouldBeNull();
        source.Add("token", CredentialKind.Recipient);
        time.Advance(TimeSpan.FromSeconds(0.9));
        (await FindAsync(cache, "token")).ShouldBeNull();
        source.Asked.ShouldBe(1);

        time.Advance(TimeSpan.FromSeconds(0.1));
        (await FindAsync(cache, "token")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_credential_that_ends_is_refused_at_once_though_it_is_remembered()
    {
        source.Add("token", CredentialKind.Recipient, time.GetUtcNow().AddSeconds(5));
        (await FindAsync(cache, "token")).ShouldNotBeNull();

        time.Advance(TimeSpan.FromSeconds(5));

        (await FindAsync(cache, "token")).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_forgotten_is_asked_again()
    {
        var revoked = source.Add("revoked", CredentialKind.Recipient);
        source.Add("other", CredentialKind.Recipient);
        await FindAsync(cache, "revoked");
        await FindAsync(cache, "other");
        source.Remove("revoked");

        await cache.ForgetAsync(revoked.Id, CancellationToken.None);

        (await FindAsync(cache, "revoked")).ShouldBeNull();
        (await FindAsync(cache, "other")).ShouldNotBeNull();
        source.Asked.ShouldBe(3);
    }

    [Fact]
    public async Task A_token_that_was_refused_works_as_soon_as_its_owner_is_said_to_have_changed()
    {
        (await FindAsync(cache, "token")).ShouldBeNull();
        var issued = source.Add("token", CredentialKind.Recipient);

        await cache.ForgetAsync(issued.Id, CancellationToken.None);

        (await FindAsync(cache, "token")).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_answer_that_was_on_its_way_while_its_owner_was_forgotten_is_not_remembered()
    {
        var credential = source.Add("token", CredentialKind.Recipient);
        var release = new TaskCompletionSource();
        source.BeforeAnswer = () => release.Task;
        var underway = FindAsync(cache, "token");
        await cache.ForgetAsync(credential.Id, CancellationToken.None);
        source.Remove("token");
        release.SetResult();
        await underway;

        (await FindAsync(cache, "token")).ShouldBeNull();
        source.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_to_check_refuses_and_is_not_remembered()
    {
        source.Add("token", CredentialKind.Recipient);
        source.Failure = new HttpRequestException("away");

        await Should.ThrowAsync<CredentialCheckException>(() => FindAsync(cache, "token"));
        source.Failure = null;

        (await FindAsync(cache, "token")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_a_failure_to_check()
    {
        var waiting = new WaitingSource();
        var impatient = new CredentialCache(waiting, new MemoryCache(time), time);

        var search = FindAsync(impatient, "token");
        await Eventually.Async(() => waiting.Asked);
        time.Advance(TimeSpan.FromSeconds(5));

        await Should.ThrowAsync<CredentialCheckException>(() => search);
    }

    [Fact]
    public async Task Many_callers_with_one_token_ask_once()
    {
        source.Add("token", CredentialKind.Recipient);
        var release = new TaskCompletionSource();
        source.BeforeAnswer = () => release.Task;

        var callers = Enumerable.Range(0, 50).Select(_ => FindAsync(cache, "token")).ToList();
        release.SetResult();
        var found = await Task.WhenAll(callers);

        found.ShouldAllBe(credential => credential != null);
        source.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task One_caller_that_gives_up_does_not_end_the_search_of_another()
    {
        source.Add("token", CredentialKind.Recipient);
        var release = new TaskCompletionSource();
        source.BeforeAnswer = () => release.Task;
        using var impatient = new CancellationTokenSource();

        var first = cache.FindAsync("token", null, impatient.Token).AsTask();
        var second = FindAsync(cache, "token");
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        release.SetResult();

        (await second).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_process_finds_the_answer_in_the_shared_cache_with_the_age_it_has()
    {
        source.Add("token", CredentialKind.Recipient, Roles.Admin);
        var here = new CredentialCache(source, shared, time);
        var there = new CredentialCache(source, shared, time);

        await FindAsync(here, "token");
        time.Advance(TimeSpan.FromSeconds(10));
        (await FindAsync(there, "token"))!.Roles.ShouldBe([Roles.Admin]);
        source.Asked.ShouldBe(1);

        source.Remove("token");
        time.Advance(TimeSpan.FromSeconds(5));
        (await FindAsync(there, "token")).ShouldBeNull();
        source.Asked.ShouldBe(2);
    }

    [Fact]
    public async Task What_one_process_forgets_is_not_taken_from_the_shared_cache_by_another()
    {
        var credential = source.Add("token", CredentialKind.Recipient);
        var here = new CredentialCache(source, shared, time);
        await FindAsync(here, "token");
        source.Remove("token");

        await here.ForgetAsync(credential.Id, CancellationToken.None);

        (await FindAsync(new CredentialCache(source, shared, time), "token")).ShouldBeNull();
    }

    [Fact]
    public async Task The_shared_cache_never_holds_a_token()
    {
        source.Add("the-token-itself", CredentialKind.Recipient);

        await FindAsync(new CredentialCache(source, shared, time), "the-token-itself");

        shared.Keys.ShouldNotBeEmpty();
        shared.Keys.ShouldAllBe(key => !key.Contains("the-token-itself", StringComparison.Ordinal));
    }

    private static Task<Credential?> FindAsync(CredentialCache from, string token) => from.FindAsync(token, null, CancellationToken.None).AsTask();

    private sealed class WaitingSource : ICredentialSource
    {
        public bool Asked { get; private set; }

        public async Task<Credential?> FindAsync(string tokenSha256, CancellationToken cancellationToken)
        {
            var never = new TaskCompletionSource<Credential?>();
            Asked = true;
            return await never.Task.WaitAsync(cancellationToken);
        }
    }

    private sealed class SharedMemory(ISharedCache inner) : ISharedCache
    {
        public List<string> Keys { get; } = [];

        public bool IsShared => true;

        public ValueTask<SharedValue?> FindAsync(string key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

        public ValueTask KeepAsync(string key, byte[] value, TimeSpan lifetime, CancellationToken cancellationToken)
        {
            Keys.Add(key);
            return inner.KeepAsync(key, value, lifetime, cancellationToken);
        }

        public ValueTask ForgetAsync(string key, CancellationToken cancellationToken) => inner.ForgetAsync(key, cancellationToken);

        public ValueTask<long> CountAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
            inner.CountAsync(key, lifetime, cancellationToken);
    }
}
