using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideway.DeltaLog;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Snapshots;
using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.ObjectStorage;
using Tideway.Testing;
using TableProtocol = Tideway.DeltaLog.Actions.Protocol;

namespace Tideway.DeltaSharing.Tests.PlainCopies;

/// <summary>Who learns of a copy that could not be written.</summary>
public sealed class PlainCopyWriterTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;
    private readonly Warnings warnings = new();
    private readonly HeldStore store = new(TimeProvider.System, isHeld: true);
    private WebApplication app = null!;
    private PlainCopyWriter writer = null!;

    public ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(warnings);
        builder.Configuration["PlainCopies:Folder"] = folder;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new StorageRoots(new StorageRootOptions { Roots = { [PlainCopyOptions.RootName] = folder } }));
        builder.AddPlainCopies();
        app = builder.Build();
        writer = app.Services.GetRequiredService<PlainCopyWriter>();
        store.Fault = new ObjectStorageException(ObjectStorageError.Unavailable, "The store is down.");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_failure_of_which_no_caller_is_left_to_be_told_is_logged()
    {
        using var leaving = new CancellationTokenSource();
        var calls = new[] { Ensure(leaving.Token), Ensure(leaving.Token) };
        await Eventually.Async(() => store.Reads == 1);

        await leaving.CancelAsync();
        foreach (var call in calls)
            await Should.ThrowAsync<OperationCanceledException>(() => call);
        store.Release();

        await Eventually.Async(() => !warnings.Texts.IsEmpty);
        warnings.Texts.ShouldHaveSingleItem().ShouldContain("The store is down.");
        warnings.Texts.Single().ShouldContain("shop.orders");
    }

    [Fact]
    public async Task A_failure_that_a_caller_is_told_of_is_not()
    {
        using var leaving = new CancellationTokenSource();
        var (gone, left) = (Ensure(leaving.Token), Ensure(TestContext.Current.CancellationToken));
        await Eventually.Async(() => store.Reads == 1);

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        store.Release();

        (await Should.ThrowAsync<ObjectStorageException>(() => left)).Message.ShouldContain("down");
        // A second failure is written anew: what was logged of the first would be there by then.
        await Should.ThrowAsync<ObjectStorageException>(() => Ensure(TestContext.Current.CancellationToken));
        warnings.Texts.ShouldBeEmpty();
    }

    private Task<long> Ensure(CancellationToken cancellationToken)
    {
        var metadata = new Metadata { Id = "t", SchemaString = """{"type":"struct","fields":[]}""" };
        var snapshot = Snapshot.OfDescription(store.Root, 0, new TableProtocol { MinReaderVersion = 1, MinWriterVersion = 2 }, metadata);
        var table = new PlainTable("sales.shop.orders", new StorageLocation("lake", "orders", store.Root), new DeltaTable(store, TimeProvider.System));
        var file = new AddFile
        {
            Path = "part-0.parquet",
            Size = 1,
            ModificationTime = 1,
            DataChange = true,
        };
        return writer.EnsureAsync(table, new PlainItem(new PlainView(snapshot, store.Root), PlainFile.Of(file)), cancellationToken).AsTask();
    }

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
