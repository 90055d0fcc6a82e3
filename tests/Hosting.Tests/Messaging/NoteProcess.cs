using Microsoft.Extensions.DependencyInjection;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Hosting.Messaging;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Tests.Hosts;
using Tideway.Testing;

namespace Tideway.Hosting.Tests.Messaging;

/// <summary>A process with one service that publishes notes and writes down those it hears of.</summary>
internal sealed class NoteProcess : IAsyncDisposable
{
    public const string Service = "test-service";
    public const string Queue = "test-service-write-note";
    public const string AdminToken = "admin-token";

    private readonly TestProcess process;

    private NoteProcess(TestProcess process, NoteTrouble trouble)
    {
        this.process = process;
        Trouble = trouble;
        process.Client.DefaultRequestHeaders.Authorization = new("Bearer", AdminToken);
    }

    public NoteTrouble Trouble { get; }

    public HttpClient Client => process.Client;

    public IServiceProvider Services => process.Services;

    public TestDatabase Database => process.Services.GetRequiredService<TestDatabase>();

    public static async Task<NoteProcess> StartAsync(bool consumes, params string[] settings)
    {
        var trouble = new NoteTrouble();
        var source = new FakeCredentialSource();
        source.Add(AdminToken, CredentialKind.Principal, Roles.Admin);
        var started = await TestProcess.StartAsync(
            [(Queue, typeof(NoteWritten))],
            builder =>
            {
                builder.Services.AddSingleton(trouble);
                builder.Services.AddSingleton<ICredentialSource>(source);
                builder.AddServiceDatabase((options, time) => new TestDatabase(options, time));
                var policy = new ConsumerPolicy
                {
                    RetryDelays = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)],
                    IsPermanent = exception => exception.Message.EndsWith("forever", StringComparison.Ordinal),
                };
                if (consumes)
                    builder.AddConsumer<TestDatabase, WriteNoteConsumer, NoteWritten>(Service, "write-note", policy);
            },
            map: null,
            settings
        );
        return new NoteProcess(started, trouble);
    }

    public Task PublishAsync(params string[] texts) => PublishAsync(Database, texts);

    public static async Task PublishAsync(ServiceDatabase database, params string[] texts)
    {
        await using var transaction = await database.BeginAsync(TestContext.Current.CancellationToken);
        foreach (var text in texts)
            transaction.Publish(new NoteWritten { Text = text });
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    public Task<IReadOnlyList<string>> NotesAsync() => Database.QueryAsync<string>("SELECT text FROM note ORDER BY text", null, CancellationToken.None);

    public Task<long> OutboxAsync() => Database.QueryFirstOrDefaultAsync<long>("SELECT COUNT(*) FROM outbox_message", null, CancellationToken.None);

    public Task<IReadOnlyList<ParkedMessage>> ParkedAsync() => ParkedMessages.ListAsync(Database, null, 1000, CancellationToken.None);

    /// <summary>Waits until as many notes are written as are expected, and checks that they are those and that nothing is left to send.</summary>
    public async Task ShouldHaveWrittenAsync(params string[] texts)
    {
        try
        {
            await Eventually.Async(NotesAsync, notes => notes.Count >= texts.Length, TimeSpan.FromSeconds(120), $"{texts.Length} notes");
        }
        catch (TimeoutException exception)
        {
            // Whether they wait here, at the broker or nowhere says which part stands still.
            var ready = await (await Client.GetAsync("/health/ready")).Content.ReadAsStringAsync();
            throw new TimeoutException(
                $"{exception.Message} There are {(await NotesAsync()).Count}, and {await OutboxAsync()} messages in the outbox. {ready}",
                exception
            );
        }

        await Eventually.Async(OutboxAsync, count => count == 0, because: "an empty outbox");
        (await NotesAsync()).ShouldBe(texts.Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
