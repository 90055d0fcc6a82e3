using Tideway.DeltaSharing.Server.PlainCopies;
using Tideway.DeltaSharing.Server.Serving;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.PlainCopies;

/// <summary>What is kept in a folder of copies, and what is not.</summary>
public sealed class PlainCopyFolderTests : IDisposable
{
    private static readonly string Copy = $"ab/ab{new string('0', 62)}.parquet";
    private static readonly string[] Others = ["ab/part-0.parquet", "ab/orders.csv", "orders/part-0.parquet", "part-0.parquet", $"cd/{Path.GetFileName(Copy)}"];

    private readonly string folder = Directory.CreateTempSubdirectory("tideway-copies-").FullName;
    private readonly ManualTimeProvider time = new();
    private readonly PlainCopyOptions options = new() { MaxBytes = 1000 };
    private readonly PlainCopyFolder place;

    public PlainCopyFolderTests() => place = new PlainCopyFolder(folder, options, new FileUrlOptions(), time);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_somebody_else_keeps_in_the_folder_of_copies_is_left_there()
    {
        foreach (var key in Others.Append(Copy))
            Put(key, bytes: 10);

        await place.CleanAsync(TestContext.Current.CancellationToken);

        Keys().ShouldBe(Others, ignoreOrder: true);
    }

    [Fact]
    public async Task What_somebody_else_keeps_there_neither_takes_room_nor_makes_it()
    {
        foreach (var key in Others)
            Put(key, bytes: 600);
        Put(Copy, bytes: 600);
        var made = place.Begin();
        await File.WriteAllBytesAsync(made, new byte[600], TestContext.Current.CancellationToken);

        (await place.FinishAsync(made, $"ef/ef{new string('0', 62)}.parquet", TestContext.Current.CancellationToken)).ShouldBeTrue();

        Keys().ShouldBe([.. Others, $"ef/ef{new string('0', 62)}.parquet"], ignoreOrder: true);
    }

    private void Put(string key, int bytes)
    {
        var path = Path.Combine(folder, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[bytes]);
        File.SetLastAccessTimeUtc(path, time.GetUtcNow().AddDays(-30).UtcDateTime);
    }

    private IEnumerable<string> Keys() => Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));
}
