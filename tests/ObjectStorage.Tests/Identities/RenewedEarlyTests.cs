using Tideway.ObjectStorage.Http;
using Tideway.Testing;

namespace Tideway.ObjectStorage.Tests.Identities;

public sealed class RenewedEarlyTests
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 3, 9, 12, 0, 0, TimeSpan.Zero));
    private readonly RenewedEarly<EndingToken> renewed;
    private Func<int, Task<EndingToken>> answer;
    private int asked;

    public RenewedEarlyTests()
    {
        answer = number => Task.FromResult(Token(number, TimeSpan.FromHours(1)));
        renewed = new RenewedEarly<EndingToken>(() => answer(Interlocked.Increment(ref asked)), token => token.EndsAt, time);
    }

    [Fact]
    public async Task A_value_is_fetched_once_for_all_who_want_it_together()
    {
        var gate = new TaskCompletionSource();
        answer = async number =>
        {
            await gate.Task;
            return Token(number, TimeSpan.FromHours(1));
        };

        var waiting = Enumerable.Range(0, 200).Select(_ => GetAsync()).ToList();
        gate.SetResult();

        (await Task.WhenAll(waiting)).ShouldAllBe(value => value == "1");
        asked.ShouldBe(1);
    }

    [Fact]
    public async Task It_is_renewed_once_when_half_of_its_time_is_gone_while_the_old_one_is_handed_out()
    {
        await GetAsync();
        time.Now += TimeSpan.FromMinutes(25);
        (await GetAsync()).ShouldBe("1");
        asked.ShouldBe(1);
        var gate = new TaskCompletionSource();
        answer = async number =>
        {
            await gate.Task;
            return Token(number, TimeSpan.FromHours(1));
        };
        time.Now += TimeSpan.FromMinutes(10);

        (await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => GetAsync()))).ShouldAllBe(value => value == "1");
        gate.SetResult();

        await Eventually.Async(async () => await GetAsync() == "2");
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_signs_waits_a_moment_for_the_newer_one()
    {
        await GetAsync();
        time.Now += TimeSpan.FromMinutes(35);

        (await renewed.GetFreshAsync(default)).Value.ShouldBe("2");
    }

    [Fact]
    public async Task A_renewal_that_hangs_keeps_nobody_from_signing_with_the_old_one()
    {
        await GetAsync();
        time.Now += TimeSpan.FromMinutes(35);
        var gate = new TaskCompletionSource();
        answer = async number =>
        {
            await gate.Task;
            return Token(number, TimeSpan.FromHours(1));
        };

        foreach (var _ in Enumerable.Range(0, 1000))
            (await renewed.GetFreshAsync(default)).Value.ShouldBe("1");

        asked.ShouldBe(2);
        gate.SetResult();
        await Eventually.Async(async () => await GetAsync() == "2");
    }

    [Fact]
    public async Task The_old_one_is_used_as_long_as_it_is_good_while_no_newer_is_to_be_had()
    {
        await GetAsync();
        answer = _ => throw new ObjectStorageException(ObjectStorageError.Unavailable, "down");
        for (var minute = 0; minute < 58; minute++)
        {
            time.Now += TimeSpan.FromMinutes(1);
            (await renewed.GetFreshAsync(default)).Value.ShouldBe("1");
        }

        renewed.Failure!.Message.ShouldBe("down");
        asked.ShouldBeInRange(10, 40);
        time.Now += TimeSpan.FromMinutes(1.5);
        (await GetAsync()).ShouldBe("1");
        time.Now += TimeSpan.FromMinutes(1);
        (await Should.ThrowAsync<ObjectStorageException>(GetAsync)).Message.ShouldBe("down");

        answer = number => Task.FromResult(Token(number, TimeSpan.FromHours(1)));
        time.Now += TimeSpan.FromMinutes(1);
        (await GetAsync()).ShouldNotBe("1");
        renewed.Failure.ShouldBeNull();
    }

    [Fact]
    public async Task After_a_failure_many_callers_are_told_the_same_without_asking_again_at_once()
    {
        answer = _ => throw new ObjectStorageException(ObjectStorageError.AccessDenied, "no role");

        foreach (var _ in Enumerable.Range(0, 50))
            (await Should.ThrowAsync<ObjectStorageException>(GetAsync)).Error.ShouldBe(ObjectStorageError.AccessDenied);

        asked.ShouldBe(1);
        time.Now += TimeSpan.FromSeconds(5);
        await Should.ThrowAsync<ObjectStorageException>(GetAsync);
        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_is_a_failure_like_any_other_and_shows_no_secret()
    {
        answer = _ => throw new FormatException("The string 'very-secret' is no time.");

        foreach (var _ in Enumerable.Range(0, 50))
        {
            var failure = await Should.ThrowAsync<ObjectStorageException>(GetAsync);
            failure.Error.ShouldBe(ObjectStorageError.Unavailable);
            failure.Message.ShouldNotContain("very-secret");
        }

        asked.ShouldBe(1);
        renewed.Failure.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_old_one_is_used_and_the_newer_not_asked_for_at_once_where_its_fetching_fails_in_an_unforeseen_way()
    {
        await GetAsync();
        time.Now += TimeSpan.FromMinutes(35);
        answer = _ => throw new OverflowException();

        foreach (var _ in Enumerable.Range(0, 50))
            (await renewed.GetFreshAsync(default)).Value.ShouldBe("1");

        asked.ShouldBe(2);
        renewed.Failure.ShouldNotBeNull();
    }

    [Fact]
    public async Task One_that_ended_already_when_it_came_is_no_value()
    {
        answer = number => Task.FromResult(Token(number, TimeSpan.Zero));

        (await Should.ThrowAsync<ObjectStorageException>(GetAsync)).Message.ShouldContain("had ended already");
    }

    [Fact]
    public async Task One_that_ends_too_soon_for_a_purpose_is_replaced_and_else_used_where_there_is_none_other()
    {
        await GetAsync();
        time.Now += TimeSpan.FromMinutes(20);
        (await renewed.GetAsync(TimeSpan.FromMinutes(30), default)).Value.ShouldBe("1");
        (await renewed.GetAsync(TimeSpan.FromMinutes(50), default)).Value.ShouldBe("2");

        answer = _ => throw new ObjectStorageException(ObjectStorageError.Unavailable, "down");
        (await renewed.GetAsync(TimeSpan.FromHours(2), default)).Value.ShouldBe("2");
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_ends_nothing_for_others()
    {
        var gate = new TaskCompletionSource();
        answer = async number =>
        {
            await gate.Task;
            return Token(number, TimeSpan.FromHours(1));
        };
        using var impatience = new CancellationTokenSource();
        var waiting = GetAsync();
        var gone = renewed.GetAsync(impatience.Token).AsTask();

        await impatience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        gate.SetResult();

        (await waiting).ShouldBe("1");
        asked.ShouldBe(1);
    }

    [Fact]
    public void Before_any_came_there_is_none_to_sign_with() =>
        Should.Throw<ObjectStorageException>(() => renewed.Current()).Error.ShouldBe(ObjectStorageError.Unavailable);

    private async Task<string> GetAsync() => (await renewed.GetAsync(default)).Value;

    private EndingToken Token(int number, TimeSpan lifetime) => new($"{number}", time.Now + lifetime);
}
