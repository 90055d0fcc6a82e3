using Tideway.Testing;

namespace Tideway.ShareRegistry.Tests.Hostile;

public sealed class SlowClientTests : HostileScene
{
    private const int Clients = 100;

    private protected override string[] Settings =>
        ["--Web:RequestHeadersTimeout=00:00:02", "--Web:BodyGrace=00:00:02", "--Web:MinBodyBytesPerSecond=10000", "--Web:KeepAliveTimeout=00:00:02"];

    [Fact]
    [ProtocolRule(
        "Limits and load",
        "A client that sends its headers byte by byte is cut off, and nobody waits for it",
        Served = "after 15 s, unless configured otherwise"
    )]
    public Task Headers_that_drip_are_cut_off() =>
        AttackAsync(() => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => DripAsync("GET /delta-sharing/shares HTTP/1.1\r\nHost: x\r\nX-Slow: "))));

    [Fact]
    [ProtocolRule(
        "Limits and load",
        "A client that sends its body byte by byte is cut off, and nobody waits for it",
        Served = "below 240 bytes/s after 5 s, unless configured otherwise"
    )]
    public Task Bodies_that_drip_are_cut_off() =>
        AttackAsync(() => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => DripAsync(Head("POST", Query, "Content-Length: 1000000") + " "))));

    [Fact]
    public Task Connections_on_which_nothing_comes_are_ended() => AttackAsync(() => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => SaySilentAsync())));

    private async Task DripAsync(string beginning)
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync(beginning);
        var answer = connection.ReadStatusAsync();
        while (!answer.IsCompleted)
        {
            await connection.PushAsync(" "u8.ToArray(), answer, 1);
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        }

        (await answer).ShouldBeOneOf(null, 408);
    }

    private async Task SaySilentAsync()
    {
        using var connection = await ConnectAsync();
        (await connection.ReadStatusAsync()).ShouldBeNull();
    }
}
