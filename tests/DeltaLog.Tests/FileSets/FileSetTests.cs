using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.FileSets;
using Tideway.DeltaLog.Snapshots;

namespace Tideway.DeltaLog.Tests.FileSets;

public sealed class FileSetTests
{
    private static readonly string[] Spellings = ["a%20b/{0}", "a b/{0}", "file:///t/{0}", "/t/{0}", "%C3%BC/{0}", "\u00fc/{0}", "x%2525/{0}", "plain/{0}"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_adds_and_removes_leave_the_files_of_a_simple_model(int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<(string Path, string Vector), AddFile>(Comparer<(string Path, string Vector)>.Create(Compare));
        var files = FileSet.Empty;
        var before = new List<(FileSet Set, List<AddFile> Files)>();
        for (var step = 0; step < 60; step++)
        {
            var builder = new FileSetBuilder(files);
            foreach (var file in model.Values.Where(_ => random.Next(6) == 0).ToList())
            {
                builder.Remove(FileKeyBytes.Of(Respell(file.Path, random), file.DeletionVector));
                model.Remove(Key(file));
            }

            var segment = new FileSegmentBuilder();
            for (var count = random.Next(random.Next(4) == 0 ? 9000 : 40); count > 0; count--)
            {
                var file = NewFile(random);
                segment.Add(file);
                model[Key(file)] = file;
            }

            builder.Add(segment.Build());
            files = builder.Build();

            files.Count.ShouldBe(model.Count);
            files.TotalBytes.ShouldBe(model.Values.Sum(file => file.Size));
            if (step % 7 == 0)
            {
                Lines(files.Enumerate()).ShouldBe(Lines(model.Values));
                before.Add((files, [.. model.Values]));
            }
        }

        foreach (var (set, expected) in before)
            Lines(set.Enumerate()).ShouldBe(Lines(expected));
        Lines(files.Enumerate(files.Count / 2)).ShouldBe(Lines(model.Values.Skip(files.Count / 2)));
        foreach (var file in model.Values.Take(500))
            Lines([files.Find(Respell(file.Path, random), file.DeletionVector)!]).ShouldBe(Lines([file]));
        files.Find("not there", null).ShouldBeNull();
    }

    [Fact]
    public void A_file_comes_out_as_it_went_in()
    {
        var random = new Random(5);
        var made = Enumerable.Range(0, 20_000).Select(index => NewFile(random) with { Path = $"p{index:D6}" }).ToList();
        var segment = new FileSegmentBuilder();
        foreach (var file in made)
            segment.Add(file);
        var builder = new FileSetBuilder(FileSet.Empty);
        builder.Add(segment.Build());

        Lines(builder.Build().Enumerate()).ShouldBe(Lines(made));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a%20b")]
    [InlineData("a%2")]
    [InlineData("a%zz%")]
    [InlineData("%C3%BC")]
    [InlineData("%FF%C3")]
    [InlineData("FILE:///a%20b")]
    [InlineData("file:/a/b")]
    [InlineData("%66ile:/a")]
    [InlineData("s3a://bucket/a%20b")]
    [InlineData("S3N://bucket/a")]
    [InlineData("s3://bucket/a")]
    [InlineData("s3a:/")]
    [InlineData("s3a:/a")]
    [InlineData("a%00b")]
    public void Paths_as_bytes_are_made_canonical_like_paths_as_text(string path)
    {
        byte[] scratch = [];

        var canonical = System.Text.Encoding.UTF8.GetString(CanonicalPath.Of(System.Text.Encoding.UTF8.GetBytes(path), ref scratch));

        canonical.ShouldBe(FilePath.Canonical(path));
    }

    [Fact]
    public void Paths_that_begin_alike_are_sorted_by_what_follows()
    {
        string[] paths =
        [
            "aaaaaaaa",
            "aaaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaaab",
            "aaaaaaaa\u0001",
            "aaaaaaaab",
            "",
            "b",
            "\uffff",
            "\U0001F600",
            "\u00fc",
            "aaaaaaaa/1",
            "aaaaaaaa/10",
        ];
        var random = new Random(3);
        var all = paths.Concat(Enumerable.Range(0, 100).Select(_ => "aaaaaaaa" + new string('a', random.Next(30)) + random.Next(5))).Distinct().ToArray();
        random.Shuffle(all);
        var segment = new FileSegmentBuilder();
        foreach (var path in all)
            segment.Add(TableFolder.File(path));
        var builder = new FileSetBuilder(FileSet.Empty);
        builder.Add(segment.Build());

        builder
            .Build()
            .Enumerate()
            .Select(file => file.Path)
            .ShouldBe(all.OrderBy(path => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(path)), StringComparer.Ordinal));
    }

    private static int Compare((string Path, string Vector) left, (string Path, string Vector) right)
    {
        var byPath = System.Text.Encoding.UTF8.GetBytes(left.Path).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right.Path));
        return byPath != 0 ? byPath : string.CompareOrdinal(left.Vector, right.Vector);
    }

    private static (string Path, string Vector) Key(AddFile file) => (FilePath.Canonical(file.Path), file.DeletionVector?.UniqueId ?? "");

    private static string Respell(string path, Random random) =>
        random.Next(2) == 0 ? path
        : path.Contains(' ') ? path.Replace(" ", "%20")
        : path.StartsWith("/t/", StringComparison.Ordinal) ? "file://" + path
        : path;

    private static AddFile NewFile(Random random) =>
        new()
        {
            Path = string.Format(System.Globalization.CultureInfo.InvariantCulture, Spellings[random.Next(Spellings.Length)], random.Next(5000)),
            PartitionValues = random.Next(3) switch
            {
                0 => JsonFields.NoPairs,
                1 => new Dictionary<string, string?> { ["p"] = random.Next(300).ToString(System.Globalization.CultureInfo.InvariantCulture) },
                _ => new Dictionary<string, string?> { ["p"] = null, ["q"] = "" },
            },
            Size = random.Next(100),
            ModificationTime = random.NextInt64(),
            DataChange = random.Next(2) == 0,
            Stats = random.Next(3) switch
            {
                0 => null,
                1 => "",
                _ => $$"""{"numRecords":{{random.Next(100)}}}""",
            },
            Tags = random.Next(9) == 0 ? new Dictionary<string, string?> { ["k"] = "v", ["n"] = null } : null,
            DeletionVector =
                random.Next(9) == 0
                    ? new DeletionVectorDescriptor
                    {
                        StorageType = "u",
                        PathOrInlineDv = "v" + random.Next(2),
                        Offset = random.Next(2) == 0 ? null : random.Next(3),
                        SizeInBytes = random.Next(50),
                        Cardinality = random.Next(9),
                    }
                    : null,
            BaseRowId = random.Next(9) == 0 ? random.NextInt64() : null,
            DefaultRowCommitVersion = random.Next(9) == 0 ? 7 : null,
            ClusteringProvider = random.Next(9) == 0 ? "liquid" : null,
        };

    private static List<string> Lines(IEnumerable<AddFile> files) =>
        [.. files.Select(file => System.Text.Encoding.UTF8.GetString(ActionWriter.Write([file]).Span))];
}
