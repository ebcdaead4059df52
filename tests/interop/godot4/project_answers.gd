# What the engine makes of a project: godot --headless --path PROJECT -s THIS -- prints "ANSWERS {json}".
extends SceneTree

var answers = {"rpcs": {}, "spawn_lists": {}, "replication": {}, "broken": []}


func _init():
	look_into("res://")
	print("ANSWERS ", JSON.stringify(answers))
	quit()


func look_into(folder):
	for name in DirAccess.get_files_at(folder):
		var path = folder.path_join(name)
		if name.ends_with(".gd"):
			ask_script(path)
		elif name.ends_with(".tscn"):
			ask_scene(path)
	for name in DirAccess.get_directories_at(folder):
		if not name.begins_with("."):
			look_into(folder.path_join(name))


func ask_script(path):
	var script = load(path)
	if script is GDScript and script.can_instantiate():
		var config = script.get_rpc_config()
		answers.rpcs[path] = [] if config == null else config.keys().map(func(key): return str(key))
	else:
		answers.broken.append(path)


func ask_scene(path):
	var packed = load(path)
	var scene = packed.instantiate() if packed else null
	if scene == null:
		answers.broken.append(path)
		return
	ask_node(path, scene, scene)
	scene.free()


func ask_node(path, scene, node):
	var key = path + "::" + str(scene.get_path_to(node))
	if node is MultiplayerSpawner:
		answers.spawn_lists[key] = range(node.get_spawnable_scene_count()).map(node.get_spawnable_scene)
	elif node is MultiplayerSynchronizer and node.replication_config:
		var config = node.replication_config
		answers.replication[key] = config.get_properties().map(
			func(each): return [str(each), config.property_get_spawn(each), config.property_get_replication_mode(each)]
		)
	for child in node.get_children():
		ask_node(path, scene, child)
