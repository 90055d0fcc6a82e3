using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.Changes;

namespace Tideway.DeltaLog.Tests.Changes;

/// <summary>Which rows of which files changed, told as <c>kind path only-vector without-vector</c>.</summary>
public sealed class ChangedFileTests
{
    [Fact]
    public void Rows_between_two_vectors_of_a_file_went_and_came()
    {
        Told(Remove("a", "old"), Add("a", "new")).ShouldBe(["remove a only new without old", "add a only old without new"]);
        Told(Remove("a"), Add("a", "new")).ShouldBe(["remove a only new without -"]);
        Told(Remove("a", "old"), Add("a")).ShouldBe(["add a only old without -"]);
    }

    [Fact]
    public void A_file_that_came_and_went_as_it_was_changed_no_row()
    {
        Told(Remove("a", "v"), Add("a", "v")).ShouldBeEmpty();
        Told(Remove("dir%20x/a"), Add("dir x/a")).ShouldBeEmpty();
    }

    [Fact]
    public void Whole_files_are_told_without_the_rows_that_they_had_lost()
    {
        Told(Remove("a", "old"), Add("b", "new"), Add("b", "new"), Remove("a", "old")).ShouldBe(["add b only - without new", "remove a only - without old"]);
    }

    [Fact]
    public void Change_files_are_told_once()
    {
        Told(new AddCdcFile { Path = "_change_data/c", Size = 1 }, new AddCdcFile { Path = "_change_data/c", Size = 1 })
            .ShouldBe(["cdc _change_data/c only - without -"]);
    }

    [Fact]
    public void A_version_that_removes_a_file_with_two_vectors_contradicts_itself()
    {
        var failure = Should.Throw<DeltaLogException>(() => Told(Remove("a", "one"), Remove("a", "two")));

        failure.Error.ShouldBe(DeltaLogError.CorruptLog);
        (failure.Version, failure.File).ShouldBe((3, "a"));
    }

    [Fact]
    public void The_partition_of_a_removed_file_is_that_of_the_one_that_came()
    {
        var add = Add("a", "new") with { PartitionValues = new Dictionary<string, string?> { ["p"] = "1" } };

        var file = ChangedFile.Of(3, [Remove("a") with { PartitionValues = null }, add]).ShouldHaveSingleItem();

        file.Action.ShouldBeOfType<RemoveFile>().PartitionValues!["p"].ShouldBe("1");
    }

    private static List<string> Told(params DeltaAction[] files) =>
        [.. ChangedFile.Of(3, files).Select(file => $"{NameOf(file.Action)} only {NameOf(file.Within)} without {NameOf(file.Without)}")];

    private static string NameOf(DeltaAction action) =>
        action switch
        {
            AddFile add => "add " + add.Path,
            RemoveFile remove => "remove " + remove.Path,
            AddCdcFile cdc => "cdc " + cdc.Path,
            _ => throw new InvalidOperationException(action.GetType().Name),
        };

    private static string NameOf(DeletionVectorDescriptor? vector) => vector?.PathOrInlineDv ?? "-";

    private static AddFile Add(string path, string? vector = null) =>
        new()
        {
            Path = path,
            Size = 1,
            ModificationTime = 1,
            DataChange = true,
            DeletionVector = VectorOf(vector),
        };

    private static RemoveFile Remove(string path, string? vector = null) =>
        new()
        {
            Path = path,
            DataChange = true,
            PartitionValues = new Dictionary<string, string?>(),
            DeletionVector = VectorOf(vector),
        };

    private static DeletionVectorDescriptor? VectorOf(string? name) =>
        name is null
            ? null
            : new DeletionVectorDescriptor
            {
                StorageType = "i",
                PathOrInlineDv = name,
                SizeInBytes = 1,
                Cardinality = 1,
            };
}
